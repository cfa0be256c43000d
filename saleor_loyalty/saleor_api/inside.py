"""The transport to a Saleor in whose processes we live, lent by the plugin door."""

from saleor_loyalty.saleor_api.transport import SaleorUnavailable, Transport

_lent: Transport | None = None


def lend(transport: Transport) -> None:
    """Have `transport` ask the Saleor of this process."""
    global _lent  # what process we live in is a fact of the process
    _lent = transport


def transport() -> Transport:
    """The lent one. Raises SaleorUnavailable in a process that is not Saleor's."""
    if _lent is None:
        message = (
            "This shop is served by the plugin inside its Saleor: only Saleor's own processes, "
            "its workers and its manage.py, can ask it."
        )
        raise SaleorUnavailable(message)
    return _lent
