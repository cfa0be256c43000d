"""The table of personal fields in docs/data.md; run as a module, it writes it there."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "data.md"
START = "<!-- personal fields: written by `python -m tests.transfer.personal_fields` -->\n"
END = "<!-- end -->\n"


def table() -> str:
    """What the registry declares, by table and by what it is."""
    from saleor_loyalty.transfer.personal import REGISTRY

    tables = {model._meta.db_table: model for model in REGISTRY}
    rows = (row for name in sorted(tables) for row in _rows(name, tables[name]))
    return "\n".join(["| table | columns | what they hold |", "|---|---|---|", *rows, ""])


def _rows(name, model) -> Iterator[str]:
    from saleor_loyalty.transfer.personal import fields_of

    for personal, fields in groupby(fields_of(model), key=itemgetter(1)):
        columns = ", ".join(model._meta.get_field(field).column for field, _ in fields)
        yield f"| {name.removeprefix('saleor_loyalty_')} | {columns} | {personal} |"


def main() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}{table()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
