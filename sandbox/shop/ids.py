"""Saleor's global ids: base64 of a type's name and a key."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable


class InvalidId(ValueError):
    """A text that is not a global id, or one of another type than asked for."""


def global_id(type_name: str, key: object) -> str:
    return b64encode(f"{type_name}:{key}".encode()).decode()


def key_of(type_name: str, text: str) -> str:
    """The key inside a global id of this type. Raises InvalidId."""
    try:
        name, key = parts(text)
    except InvalidId as error:
        raise InvalidId(f"Invalid ID: {text}. Expected: {type_name}.") from error
    if name != type_name:
        raise InvalidId(f"Invalid ID: {text}. Expected: {type_name}, received: {name}.")
    return key


def keys_of(type_name: str, texts: Iterable[str]) -> list[str]:
    """The keys inside those of the global ids that are of this type. Raises InvalidId."""
    return [key for name, key in map(parts, texts) if name == type_name]


def parts(text: str) -> tuple[str, str]:
    """Type and key of a global id. Raises InvalidId."""
    try:
        name, colon, key = b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidId(f"Couldn't resolve id: {text}.") from error
    if not colon or not name or not key:
        raise InvalidId(f"Couldn't resolve id: {text}.")
    return name, key
