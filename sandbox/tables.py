"""Whether the demo's data fits: until the first release migrations change, and not only grow."""

import json
from hashlib import blake2b
from pathlib import Path

from sandbox.processes import REPOSITORY
from sandbox.waiting import Broken

MIGRATIONS = ("saleor_loyalty/migrations", "sandbox/shop/migrations")
NOTED_IN = "tables.json"  # in the folder of the data


def check(data_dir: Path) -> None:
    """Raise Broken where the data was made by other migrations than those that are here now."""
    if not (data_dir / "postgresql").exists():
        return
    noted = data_dir / NOTED_IN
    made_by = json.loads(noted.read_text()) if noted.exists() else {"": ""}
    if not made_by.items() <= _migrations().items():
        raise Broken(
            f"The data in {data_dir} is of an earlier version, whose tables were others. "
            "`make demo-reset` forgets it, then start again."
        )


def note(data_dir: Path) -> None:
    """Remember by which migrations the data's tables were made."""
    (data_dir / NOTED_IN).write_text(json.dumps(_migrations(), indent=1))


def _migrations() -> dict[str, str]:
    files = sorted(path for folder in MIGRATIONS for path in (REPOSITORY / folder).glob("0*.py"))
    return {
        str(path.relative_to(REPOSITORY)): blake2b(path.read_bytes(), digest_size=16).hexdigest()
        for path in files
    }
