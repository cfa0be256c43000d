"""What the shop says no to."""


class ShopError(Exception):
    """An input the shop refuses, as one entry of a mutation's `errors`; nothing was changed.

    `field` and `code` are Saleor's; `details` are the further fields of that mutation's error type.
    """

    def __init__(
        self, message: str, *, code: str, field: str | None = None, **details: object
    ) -> None:
        super().__init__(message)
        self.entry = {"field": field, "code": code, "message": message, **details}
