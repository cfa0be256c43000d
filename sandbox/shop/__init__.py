"""A pocket Saleor: the operations we use, spoken as Saleor 3.23 does, and a small storefront."""
