"""A loyalty program for Saleor shops: paid orders become points, and points become coupons."""

__version__ = "0.1.0"
