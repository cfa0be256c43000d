"""Everything we say to Saleor, and what its answers mean."""
