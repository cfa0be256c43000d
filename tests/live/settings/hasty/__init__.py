"""A package of somebody else's that has Saleor build its schema while Django starts."""
