"""Becoming a member of one's own will, without an order."""

from django.utils.translation import gettext_lazy as _

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Member, Shop
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.program import programs


def join(*, shop: Shop, customer_id: str) -> Member | None:
    """The member a customer is, made one if they are none yet; None when the shop has none such.

    Whoever is one already stays as they are, blocked too. An email that is not confirmed is no
    hindrance: points wait for that, membership does not. Raises Refused while the program is off or
    not set up, and SaleorUnavailable when the shop has to be asked and does not answer.
    """
    if member := enrolment.find(shop=shop, customer_id=customer_id):
        return member
    program = programs.current(shop)
    if program is None or program.current is None or not program.is_active:
        message = _("The program is switched off just now: nobody can join.")
        raise Refused(Problem(None, message, ErrorCode.PROGRAM_INACTIVE))
    return enrolment.find_or_enroll(shop=shop, customer_id=customer_id)
