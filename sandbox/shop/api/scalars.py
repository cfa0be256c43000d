"""Saleor's own scalars."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from ariadne import ScalarType
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from graphql import GraphQLError

date_time = ScalarType("DateTime")
decimal = ScalarType("Decimal")
positive_decimal = ScalarType("PositiveDecimal")


@date_time.serializer
def _serialize_date_time(value: datetime) -> str:
    return value.isoformat()


@date_time.value_parser
def _parse_date_time(value: object) -> datetime:
    moment = parse_datetime(value) if isinstance(value, str) else None
    if moment is None:
        raise GraphQLError(f"DateTime cannot represent value: {value!r}")
    return make_aware(moment) if is_naive(moment) else moment


@decimal.serializer
@positive_decimal.serializer
def _serialize_decimal(value: Decimal) -> float:
    return float(value)


@decimal.value_parser
def _parse_decimal(value: object) -> Decimal:
    """A number, or the text of one. Through its text, as 9.9 is not exact as a float."""
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise GraphQLError(f"Decimal cannot represent value: {value!r}") from error


@positive_decimal.value_parser
def _parse_positive_decimal(value: object) -> Decimal:
    amount = _parse_decimal(value)
    if amount < 0:
        raise GraphQLError(f"Value cannot be lower than 0. Unsupported value: {value}")
    return amount


bindables = [date_time, decimal, positive_decimal]
