"""The staff's pages, shown by Saleor's Dashboard in frames of its own."""
