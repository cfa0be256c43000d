"""What members choose for themselves: which messages they take, and in which language."""

from saleor_loyalty.messages.localised import known_locale
from saleor_loyalty.models import Member
from saleor_loyalty.problems import ErrorCode, Problem, Refused


def change(
    *,
    member: Member,
    email_enabled: bool | None = None,
    push_enabled: bool | None = None,
    language_code: str | None = None,
) -> Member:
    """Keep a member's choices; None leaves one as it is. The member, with these.

    A language that was chosen here stays, whatever language the shop's account has. Raises Refused
    for a language nobody knows, and then nothing is changed.
    """
    changes: dict[str, bool | str] = {}
    if language_code is not None:
        changes |= {"language_code": _known(language_code), "language_is_own": True}
    if email_enabled is not None:
        changes["email_enabled"] = email_enabled
    if push_enabled is not None:
        changes["push_enabled"] = push_enabled
    if changes:
        Member.objects.filter(pk=member.pk).update(**changes)
    for name, value in changes.items():
        setattr(member, name, value)
    return member


def _known(language_code: str) -> str:
    """The code as members have it: language, script and country, small letters, with hyphens.

    Variants and modifiers are left out: they can be of any length, and no text of ours has one.
    """
    locale = known_locale(language_code)
    if locale is None:
        message = f"There is no language “{language_code[:35]}”; use a code like de or pt-br."
        raise Refused(Problem("language_code", message, ErrorCode.INVALID))
    return "-".join(filter(None, (locale.language, locale.script, locale.territory))).lower()
