"""The file: one JSON object a line, between a header and a trailer that proves it is whole.

The header names format, version and shop. Each row has its section's name under "row". The trailer
has the number of rows of each section and the SHA-256 of all bytes before it.
"""

import hashlib
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from saleor_loyalty.transfer import TransferRefused
from saleor_loyalty.transfer.sections import BY_NAME, SECTIONS

FORMAT = "saleor-loyalty"
VERSION = 1

Row = dict[str, Any]


class Writer:
    """Writes one file, line by line; without `end` it is recognised as broken off."""

    def __init__(self, write: Callable[[str], object], *, api_url: str) -> None:
        self._write = write
        self._digest = hashlib.sha256()
        self._counts: Counter[str] = Counter()
        self._line({"format": FORMAT, "version": VERSION, "shop": api_url})

    def row(self, section: str, row: Row) -> None:
        self._counts[section] += 1
        self._line({"row": section, **row})

    def end(self) -> Counter[str]:
        """Write the trailer; the number of rows written, by section."""
        counts = {section.name: self._counts[section.name] for section in SECTIONS}
        self._write(text({"row": "end", "counts": counts, "sha256": self._digest.hexdigest()}))
        return self._counts

    def _line(self, value: Row) -> None:
        line = text(value)
        self._digest.update(line.encode("ascii"))
        self._write(line)


class Archive:
    """A file that was read once and found whole. Raises TransferRefused when it is not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.counts: Counter[str] = Counter()
        try:
            self.api_url = self._verify()
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}."
            raise TransferRefused(message) from error

    def rows(self) -> Iterator[tuple[str, Row]]:
        """All rows with their sections, in the order of the file."""
        with self._path.open("rb") as file:
            next(file)
            for line in file:
                row = json.loads(line)
                section = row.pop("row")
                if section != "end":
                    yield section, row

    def _verify(self) -> str:
        digest = hashlib.sha256()
        with self._path.open("rb") as file:
            first = file.readline()
            api_url = _api_url(first)
            digest.update(first)
            for number, line in enumerate(file, start=2):
                row = _parsed(line, number)
                section = row.pop("row", None)
                if section == "end":
                    self._check_trailer(row, digest.hexdigest())
                    if file.read(1):
                        message = f"Line {number} ends the file, yet more follows."
                        raise TransferRefused(message)
                    return api_url
                _check_row(section, row, number)
                self.counts[section] += 1
                digest.update(line)
        message = "The file breaks off: its last line is missing. Export it again."
        raise TransferRefused(message)

    def _check_trailer(self, trailer: Row, digest: str) -> None:
        counts = {section.name: self.counts[section.name] for section in SECTIONS}
        if trailer.get("counts") != counts or trailer.get("sha256") != digest:
            message = "The file is not as it was written: rows are missing or changed."
            raise TransferRefused(f"{message} Export it again.")


def text(value: Row) -> str:
    """One line of the file: the same for the same value, in ASCII, with its line end."""
    return json.dumps(value, separators=(",", ":"), default=_plain) + "\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    message = f"{type(value).__name__} has no form in the file"
    raise TypeError(message)


def _api_url(line: bytes) -> str:
    """The shop that the header names."""
    try:
        header = json.loads(line)
        known = header["format"] == FORMAT and isinstance(header["shop"], str)
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        message = "This is no file of loyalty_export: its first line is not that of one."
        raise TransferRefused(message)
    if header.get("version") != VERSION:
        message = f"The file has version {header.get('version')} of the format, we read {VERSION}."
        raise TransferRefused(f"{message} Export and import with the same release.")
    api_url: str = header["shop"]
    return api_url


def _parsed(line: bytes, number: int) -> Row:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        message = f"Line {number} is not whole: the file is damaged or breaks off. Export it again."
        raise TransferRefused(message)
    return row


def _check_row(section: object, row: Row, number: int) -> None:
    expected = BY_NAME[section].keys if isinstance(section, str) and section in BY_NAME else None
    if expected is None:
        message = f"Line {number} holds a row we do not know: {section}."
        raise TransferRefused(f"{message} Export and import with the same release.")
    if row.keys() != expected:
        unlike = ", ".join(sorted(row.keys() ^ expected))
        message = f"Line {number}: this {section} has other columns than ours: {unlike}."
        raise TransferRefused(f"{message} Export and import with the same release.")
