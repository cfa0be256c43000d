"""For whom the page speaks: their language, and what else decides how they are told things."""

from babel import Locale
from django.http import HttpRequest
from django.utils.translation import get_language_from_request

from saleor_loyalty.account_page.sessions import Session
from saleor_loyalty.account_page.wording import ReaderLocale
from saleor_loyalty.members import shopping
from saleor_loyalty.models import Branding, Member, Program
from saleor_loyalty.rules.languages import known_locale, language_of, locale_of


def spoken(language: str) -> str:
    """The storefront's language, if it is one we know: as de, or pt-br."""
    locale = known_locale(language)
    return str(locale) if locale else ""


def language(
    request: HttpRequest, session: Session, member: Member | None, shown_as: Branding
) -> str:
    """Of our languages the reader's; of whom nobody says it, the browser's."""
    code = _chosen(session, member) or get_language_from_request(request)
    chosen = language_of(code)
    return chosen if code.lower().startswith(chosen) else language_of(shown_as.default_language)


def reader(
    session: Session, member: Member | None, program: Program | None, language: str
) -> ReaderLocale:
    """Where the reader is: their own variety of the language, the programme's zone, the channel.

    That is the storefront's, or else that of the last order.
    """
    locale = locale_of(_chosen(session, member) or language)
    return ReaderLocale(
        locale=locale if locale.language == language else Locale.parse(language),
        time_zone=program.current.time_zone if program and program.current else "UTC",
        channel_id=session.channel_id or (shopping.channel_of(member) if member else ""),
    )


def code(session: Session, member: Member) -> str:
    """The language that the page is to speak with a member, as CLDR writes it."""
    return str(locale_of(_chosen(session, member)))


def _chosen(session: Session, member: Member | None) -> str:
    """The language that the member chose here, else the storefront's, else their account's."""
    if member and member.language_is_own:
        return member.language_code
    return session.language or (member.language_code if member else "")
