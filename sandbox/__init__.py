"""A stand-in for Saleor and for where messages go, to try and test with; not in the wheel."""
