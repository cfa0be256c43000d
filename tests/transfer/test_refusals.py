"""What cannot be taken in is refused with its reason, and nothing of it stays."""

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from saleor_loyalty import proof
from saleor_loyalty.models import Entry, Member, Program, Shop
from saleor_loyalty.transfer import importing
from tests.paper_saleor import ANNA, line
from tests.proof.history import member
from tests.shops import new_version
from tests.transfer.conftest import export, move_house

pytestmark = pytest.mark.django_db(transaction=True)


def refusal(shop, path: Path, **options) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("loyalty_import", str(path), shop=shop.api_url, stdout=StringIO(), **options)
    return str(refused.value)


def rewritten(path: Path, change) -> Path:
    """The file with its rows changed, and a trailer that says that this is right."""
    *lines, trailer = path.read_text().splitlines(keepends=True)
    rows = [json.loads(line) for line in lines]
    for row in rows:
        change(row)
    body = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    end = json.loads(trailer) | {"sha256": hashlib.sha256(body.encode()).hexdigest()}
    path.write_text(body + json.dumps(end) + "\n")
    return path


def test_a_file_that_is_not_ours(elsewhere, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello\n")

    assert refusal(elsewhere, path) == (
        "This is no file of loyalty_export: its first line is not that of one."
    )


def test_an_empty_file(elsewhere, tmp_path):
    path = tmp_path / "empty"
    path.touch()

    assert refusal(elsewhere, path).startswith("This is no file of loyalty_export")


def test_a_file_that_is_not_there(elsewhere, tmp_path):
    path = tmp_path / "nowhere.jsonl"

    assert refusal(elsewhere, path) == f"{path} cannot be read: No such file or directory."


def test_a_file_of_another_version(elsewhere, exported):
    exported.write_text(exported.read_text().replace('"version":1', '"version":2', 1))

    assert refusal(elsewhere, exported) == (
        "The file has version 2 of the format, we read 1. Export and import with the same release."
    )


def test_a_file_that_breaks_off_between_lines(elsewhere, exported):
    lines = exported.read_text().splitlines(keepends=True)
    exported.write_text("".join(lines[:-1]))

    assert refusal(elsewhere, exported) == (
        "The file breaks off: its last line is missing. Export it again."
    )
    assert not Member.objects.exists()


def test_a_file_that_breaks_off_within_a_line(elsewhere, exported):
    exported.write_bytes(exported.read_bytes()[:1000])

    assert "is not whole: the file is damaged or breaks off." in refusal(elsewhere, exported)


def test_a_file_with_a_row_missing(elsewhere, exported):
    lines = exported.read_text().splitlines(keepends=True)
    exported.write_text("".join(lines[:-2] + lines[-1:]))

    assert refusal(elsewhere, exported) == (
        "The file is not as it was written: rows are missing or changed. Export it again."
    )


def test_a_file_with_a_changed_number(elsewhere, exported):
    exported.write_text(exported.read_text().replace('"points":750', '"points":751', 1))

    assert refusal(elsewhere, exported).startswith("The file is not as it was written")


def test_a_file_with_something_after_its_end(elsewhere, exported):
    exported.write_text(exported.read_text() * 2)

    assert refusal(elsewhere, exported).endswith(" ends the file, yet more follows.")


def test_a_row_of_a_kind_we_do_not_know(elsewhere, exported):
    def change(row):
        if row.get("row") == "device":
            row["row"] = "tier"

    assert "holds a row we do not know: tier." in refusal(elsewhere, rewritten(exported, change))


def test_a_row_with_other_columns_than_ours(elsewhere, exported):
    def change(row):
        if row.get("row") == "member":
            row["tier"] = row.pop("status")

    assert "this member has other columns than ours: status, tier." in refusal(
        elsewhere, rewritten(exported, change)
    )


def test_a_row_that_speaks_of_one_that_is_not_there(elsewhere, exported):
    def change(row):
        if row.get("row") == "member" and row["customer_id"] == ANNA["id"]:
            row["customer_id"] = "somebody else"

    assert f"The file speaks of member {ANNA['id']}, which it does not hold." in refusal(
        elsewhere, rewritten(exported, change)
    )
    assert not Member.objects.exists()


def test_a_value_the_database_refuses(elsewhere, exported):
    def change(row):
        if row.get("row") == "entry" and row["kind"] == "GIFT":
            row["points"] = 0

    message = refusal(elsewhere, rewritten(exported, change))
    assert "saleor_loyalty_entry_not_zero" in message
    assert not Program.objects.exists()


def test_a_file_that_does_not_agree_with_itself(elsewhere, exported):
    def change(row):
        if row.get("row") == "member" and row["customer_id"] == ANNA["id"]:
            row["account"][0] += 1  # the balance

    message = refusal(elsewhere, rewritten(exported, change))
    assert "does not agree with itself, so nothing was taken in" in message
    assert "balance: found 4408, expected 4407" in message
    assert not Entry.objects.exists()


def test_a_file_of_another_shop(elsewhere, exported):
    elsewhere.api_url = "https://new.example.com/graphql/"
    elsewhere.save()

    assert refusal(elsewhere, exported) == (
        "The file is of the shop https://shop.example.com/graphql/, not of "
        "https://new.example.com/graphql/. If it is the same shop under another address, "
        "add --from-api-url https://shop.example.com/graphql/"
    )
    other = "https://third.example.com/graphql/"
    assert f"not of {other}" in refusal(elsewhere, exported, from_api_url=other)


def test_a_shop_that_is_not_installed_here(elsewhere, exported):
    elsewhere.delete()

    assert "Known: none." in refusal(elsewhere, exported)


def test_a_target_with_rules_of_its_own(elsewhere, exported):
    program = Program.objects.create(shop=elsewhere)
    new_version(program, threshold=100)

    assert "has rules that are not in the file (version 1)" in refusal(elsewhere, exported)
    assert not Entry.objects.exists()


def test_a_target_with_entries_that_are_not_in_the_file(elsewhere, exported, paper, settle):
    call_command("loyalty_import", str(exported), shop=elsewhere.api_url, stdout=StringIO())
    settle(paper.place(50, line(10)))

    assert refusal(elsewhere, exported).startswith(
        "https://shop.example.com/graphql/ has an entry that is not in the file "
        f"(ORDER +125 of customer {ANNA['id']})."
    )
    assert member(ANNA).balance == 4407 + 125


def test_a_target_with_an_older_files_entries(history, shop, paper, settle, tmp_path):
    older = export(shop, tmp_path / "older.jsonl")
    settle(paper.place(50, line(10)))
    newer = export(shop, tmp_path / "newer.jsonl")
    move_house()
    call_command("loyalty_import", str(older), shop=shop.api_url, stdout=StringIO())

    assert "has a history already, and 1 rows of the file are not in it." in refusal(shop, newer)


def test_an_import_that_dies_on_the_way_leaves_nothing(elsewhere, exported, monkeypatch):
    def die(**_whose):
        raise KeyboardInterrupt

    monkeypatch.setattr(proof, "differences", die)
    with pytest.raises(KeyboardInterrupt):
        call_command("loyalty_import", str(exported), shop=elsewhere.api_url, stdout=StringIO())

    assert not Entry.objects.exists()
    assert not Member.objects.exists()


def test_entries_are_added_in_batches_and_keep_their_order(elsewhere, exported, monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    call_command("loyalty_import", str(exported), shop=elsewhere.api_url, stdout=StringIO())

    assert list(proof.differences()) == []
    assert Entry.objects.count() > 20
    assert Member.objects.get(customer_id=ANNA["id"]).joined_at < timezone.now()


@pytest.mark.parametrize("command", ["loyalty_export", "loyalty_import"])
def test_of_several_shops_one_has_to_be_named(elsewhere, exported, command):
    Shop.objects.create(
        api_url="https://a.example/graphql/", domain="a", installed_at=timezone.now()
    )
    file = [str(exported)] if command == "loyalty_import" else []

    with pytest.raises(CommandError, match=r"name one with --shop: https://a\.example/graphql/, "):
        call_command(command, *file, stdout=StringIO())

    assert not Entry.objects.exists()


def test_the_only_shop_need_not_be_named(elsewhere, exported, tmp_path):
    call_command("loyalty_import", str(exported), stdout=StringIO())
    out = StringIO()
    call_command("loyalty_export", stdout=out, stderr=StringIO())

    assert out.getvalue() == exported.read_text()
