"""A model or field that is added must travel too, or be left behind on purpose."""

from django.apps import apps

from saleor_loyalty.models import (
    Account,
    AddressFault,
    AddressTrust,
    AuditNote,
    AuditRecord,
    Change,
    Entry,
    EntryNote,
    FollowedCustomer,
    Lot,
    LotUse,
    Member,
    OrderPart,
    ResendRequest,
    Shop,
)
from saleor_loyalty.transfer.sections import SECTIONS

STAY = {
    Shop,  # is there already, with its own token and keys
    Change,  # what is not settled yet is seen again by the workers there
    FollowedCustomer,  # and customers are followed anew
    ResendRequest,  # staff may ask for it there
}
WITH_ANOTHER = {Account, Lot, EntryNote, AuditNote, AddressFault, AddressTrust}  # members, entries
BESIDES = {
    Entry: {"lot", "note"},
    LotUse: {"member"},
    Member: {"account", "address"},
    AuditRecord: {"note"},
}
IMPLIED = {"shop", "program"}  # the file has one of each


def test_every_model_travels_or_stays_on_purpose():
    travelling = {section.model for section in SECTIONS}

    ours = set(apps.get_app_config("saleor_loyalty").get_models())
    assert ours == travelling | WITH_ANOTHER | STAY


def test_every_row_that_a_row_names_is_named_in_the_file():
    for section in SECTIONS:
        relations = {f.name for f in section.model._meta.concrete_fields if f.is_relation}
        besides = {
            Entry: {"lot", "note"},
            OrderPart: {"member"},
            LotUse: {"member"},
            Member: {"account", "address"},
            AuditRecord: {"note"},
        }
        named = set(section.names) - besides.get(section.model, set())
        # An account goes by its member.
        assert {"member" if r == "account" else r for r in relations - IMPLIED} == named
