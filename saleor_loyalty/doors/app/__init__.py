"""The door beside Saleor: an app that a shop installs by its manifest's address."""
