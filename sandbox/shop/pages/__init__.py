"""What people see in a browser: the storefront, the shopper's account, the staff's side."""
