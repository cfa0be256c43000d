"""The ways in. A door turns what the outside sends into a `Viewer` or a mark in the inbox."""
