"""Who can sign in to the sandbox: the shop's staff and three shoppers.

Plain data, for the seed and for whoever signs in.
"""

from typing import NamedTuple


class Person(NamedTuple):
    """An account of the sandbox, with the password everybody knows."""

    email: str
    password: str
    first_name: str
    last_name: str
    language_code: str = "EN"


STAFF = Person("staff@example.com", "staff", "Sam", "Keeper")
SHOPPERS = (
    Person("ada.kowalska@example.com", "shopper", "Ada", "Kowalska"),
    Person("ben.okafor@example.com", "shopper", "Ben", "Okafor"),
    Person("chloe.martin@example.com", "shopper", "Chloé", "Martin"),
)
