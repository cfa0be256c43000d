"""Moving a shop's programme from one installation of ours to another, not a point lost.

`sections` says what travels and how rows are named, `archive` how the file is built, `exporting`
writes one and `importing` reads one. `personal` says which fields hold something of a person.
"""


class TransferRefused(Exception):
    """The file cannot be written or taken in. Nothing was changed; the message says why."""
