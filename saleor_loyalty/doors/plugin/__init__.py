"""The plugin door: we live in Saleor's own processes. The only room that imports `saleor`."""
