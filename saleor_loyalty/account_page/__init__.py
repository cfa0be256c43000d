"""The shopper's own page: points, coupons, history and preferences, for shops without one."""
