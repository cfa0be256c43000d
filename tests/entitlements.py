"""What an order entitles to, for tests that post its points themselves."""

from decimal import Decimal

from saleor_loyalty.rules.entitlement import Entitlement
from saleor_loyalty.rules.parts import Part


def entitled_by(euros: Decimal, *, unpaid: Decimal = Decimal(0)) -> Entitlement:
    """An order of one piece of this price, at 10 points per euro."""
    coffee = Part(
        line_id="T3JkZXJMaW5lOjE=",
        name="coffee",
        pieces=Decimal(1),
        back=Decimal(0),
        returned=False,
        gross=euros,
        amount=euros,
        rate=Decimal(10),
    )
    return Entitlement("EUR", unpaid, (coffee,))
