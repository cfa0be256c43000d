"""Documents that storefronts name by a hash instead of sending their text."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path


class NoDocuments(Exception):
    """The files of documents cannot be read: which, and why."""


@cache
def read(path: str) -> Mapping[str, str]:
    """The documents by their hash, of a file or of all `*.json` in a folder; none without a path.

    A file is what client tools write: a JSON object of hashes and texts. Read once in a process.
    Raises NoDocuments.
    """
    if not path:
        return {}
    place = Path(path)
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    if not files:
        message = f"{path} has no file *.json"
        raise NoDocuments(message)
    found: dict[str, str] = {}
    for file in files:
        found |= _read(file)
    return found


def _read(file: Path) -> dict[str, str]:
    try:
        documents = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{file} cannot be read: {error}"
        raise NoDocuments(message) from error
    if not isinstance(documents, dict) or not all(isinstance(d, str) for d in documents.values()):
        message = f"{file} is no JSON object of hashes and documents"
        raise NoDocuments(message)
    return documents
