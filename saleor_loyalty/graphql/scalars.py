"""Scalars, in the form that Saleor gives them on the wire."""

import decimal
import re

import graphene
from graphql import GraphQLError

DateTime = graphene.DateTime
INT = range(-(2**31), 2**31)  # what GraphQL's Int holds
# As JSON and GraphQL write numbers; Python reads more: other alphabets, 1_000.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def as_int(points: int) -> int:
    """Points in an Int: the nearest that it holds. The field beside it (`exactly`) has them all."""
    return min(max(points, INT[0]), INT[-1])


def exactly(of: str) -> "Decimal":
    """The field beside an Int of points, for numbers that it cannot hold."""
    return Decimal(
        required=True,
        description=f"`{of}`, beyond {INT[-1]:,} too, where that stops. A whole number.",
    )


class Decimal(graphene.Scalar):
    """A decimal number, sent as a JSON number. Taken as a number or a string."""

    # graphene's own sends strings where Saleor sends numbers, refuses literals such as 0.5, and
    # fails on "abc" or lets "NaN" pass, depending on its version.

    @staticmethod
    def serialize(value: decimal.Decimal) -> float:
        return float(value)

    @staticmethod
    def parse_value(value: object) -> decimal.Decimal:
        text = str(value)  # by way of text: 0.1 is meant as written
        number = decimal.Decimal(text if NUMBER.fullmatch(text) else "NaN")
        if not number.is_finite():
            raise GraphQLError(f"Decimal cannot represent {value!r}: give a number such as 12.5.")
        return number

    @classmethod
    def parse_literal(cls, node: object, _variables: object = None) -> decimal.Decimal:
        return cls.parse_value(getattr(node, "value", None))
