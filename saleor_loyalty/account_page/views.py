"""The page and its forms: signing in with a Saleor token, reading, preferences, signing out.

The views are free of Django's CSRF cookie, which a frame would not get: signing in is proven by the
token and the storefront's origin, every other form by the session's own token.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from urllib.parse import urlsplit

from babel import Locale
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language_from_request, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saleor_loyalty.account_page import answers, contents, readers, sessions, unsaved, wording
from saleor_loyalty.account_page.sessions import Expired, Session, TokenNotChecked, TokenRefused
from saleor_loyalty.account_page.unsaved import Choices
from saleor_loyalty.activities import joining
from saleor_loyalty.conf import conf
from saleor_loyalty.database.paging import whole_number
from saleor_loyalty.members import enrolment, preferences
from saleor_loyalty.models import Branding, Member, MemberStatus, Program, Shop
from saleor_loyalty.permissions import PermissionDenied, Viewer
from saleor_loyalty.problems import Refused
from saleor_loyalty.program import programs
from saleor_loyalty.rules.languages import LANGUAGES, language_of
from saleor_loyalty.saleor_api.transport import SaleorUnavailable
from saleor_loyalty.shop import branding, channels, frames

logger = logging.getLogger(__name__)

THEMES = ("light", "dark")
LONGEST_BACK = 1000  # characters of the address that leads back; the cookie holds it

SignedInView = Callable[[HttpRequest, Session, Shop], HttpResponse]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, verify: sessions.Verify) -> HttpResponse:
    """Begin a session for the customer whose access token the storefront posts.

    It posts `token`, and may post `return_url`, an address of its own, `theme`, `language` and
    `channel`, the slug of the one it sells in. The answer leads to the page.
    """
    if request.method != "POST":
        return answers.guarded(HttpResponseRedirect("../"))
    origin = request.headers.get("Origin")  # browsers send it with every POST, apps do not
    asked = _asked(request)
    if origin is not None and origin not in conf.allowed_origins:
        logger.warning("Account page: sign-in from an origin that is not allowed")
        return _turned_away(request, "origin", status=403, session=asked, origin=origin)
    asked = replace(asked, back=_back(request.POST.get("return_url", ""), origin))
    try:
        shop, customer_id = _shopper(verify(request.POST.get("token", "")))
    except (TokenRefused, PermissionDenied) as refusal:
        logger.info("Account page: sign-in refused: %s", refusal)
        return _turned_away(request, "refused", status=401, session=asked)
    except TokenNotChecked:
        return _turned_away(request, "unavailable", status=503, session=asked)
    session = replace(
        asked,
        shop_id=shop.pk,
        customer_id=customer_id,
        channel_id=channels.id_of(shop, request.POST.get("channel", "")),
    )
    response = HttpResponseRedirect("../")
    sessions.begin(response, session, request=request, path=answers.base(request))
    return answers.guarded(response)


def _asked(request: HttpRequest) -> Session:
    """How the storefront wants the page to look and speak: nobody's session yet."""
    theme = request.POST.get("theme", "")
    return Session(
        shop_id=0,
        customer_id="",
        back="",
        is_framed=request.headers.get("Sec-Fetch-Dest") == "iframe",
        theme=theme if theme in THEMES else "",
        language=readers.spoken(request.POST.get("language", "")),
    )


def _shopper(viewer: Viewer) -> tuple[Shop, str]:
    """Raises PermissionDenied, also for staff who shop: no storefront is to hand their token on."""
    if viewer.is_staff:
        raise PermissionDenied("You need to be signed in as a customer who is not staff.")
    return viewer.require_customer()


def signed_in(view: SignedInView) -> Callable[[HttpRequest], HttpResponse]:
    """A view for whoever has a session; everybody else learns how to get one."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if origin := frames.stranger(request, conf.allowed_origins):
            return _turned_away(request, "origin", status=403, origin=origin)
        try:
            session = sessions.read(request)
        except Expired as expired:
            return _over(request, expired.session)
        shop = session.shop() if session else None
        if session is None or shop is None:
            is_undone = request.method == "POST"
            return _turned_away(request, "nobody", status=401, is_undone=is_undone)
        return view(request, session, shop)

    return answer


@require_safe
@signed_in
def account(request: HttpRequest, session: Session, shop: Shop) -> HttpResponse:
    """The page itself; `?before=<entry>` shows what is older in the history."""
    return _account(request, session, shop)


@csrf_exempt
@require_POST
@signed_in
def join(request: HttpRequest, session: Session, shop: Shop) -> HttpResponse:
    """Make the customer a member, and show the page again."""
    if not sessions.is_own_form(request):
        return _turned_away(request, "form", status=403, session=session, shop=shop)
    try:
        member = joining.join(shop=shop, customer_id=session.customer_id)
    except Refused as refused:
        return _account(request, session, shop, problem=str(refused))
    except SaleorUnavailable:
        return _turned_away(request, "unavailable", status=503, session=session, shop=shop)
    if member is None:
        return _turned_away(request, "closed", status=403, session=session, shop=shop)
    return answers.guarded(HttpResponseRedirect("../"))


@csrf_exempt
@require_POST
@signed_in
def change_preferences(request: HttpRequest, session: Session, shop: Shop) -> HttpResponse:
    """Keep what the customer chose, and show the page again."""
    member = enrolment.find(shop=shop, customer_id=session.customer_id)
    if not sessions.is_own_form(request):
        return _turned_away(request, "form", status=403, session=session, shop=shop)
    if member is None:
        return answers.guarded(HttpResponseRedirect("../"))
    sent = unsaved.sent(request.POST) or Choices(email=False, push=False, language="")
    try:
        preferences.change(
            member=member,
            email_enabled=sent.email,
            push_enabled=sent.push,
            language_code=sent.language if sent.language != readers.code(session, member) else None,
        )
    except Refused as refused:
        return _account(request, session, shop, problem=str(refused))
    response = answers.guarded(HttpResponseRedirect("../?saved#preferences"))
    unsaved.forget(response, session, path=answers.base(request))
    return response


@csrf_exempt
@require_POST
@signed_in
def sign_out(request: HttpRequest, session: Session, shop: Shop) -> HttpResponse:
    """End the session, and go back to the storefront where that is known."""
    if not sessions.is_own_form(request):
        return _turned_away(request, "form", status=403, session=session, shop=shop)
    response = _turned_away(request, "signed-out", status=200, session=session, shop=shop)
    sessions.end(response, session, path=answers.base(request))
    return response


def _over(request: HttpRequest, session: Session) -> HttpResponse:
    """Their time is up and nothing was done; what they chose waits until they are back."""
    sent = unsaved.sent(request.POST) if sessions.is_own_form(request) else None
    response = _turned_away(
        request,
        "expired",
        status=401,
        session=session,
        shop=session.shop(),
        is_undone=request.method == "POST",
        is_kept=sent is not None,
    )
    if sent:
        unsaved.keep(response, session, sent, request=request, path=answers.base(request))
    return response


def _account(
    request: HttpRequest, session: Session, shop: Shop, *, problem: str = ""
) -> HttpResponse:
    member = enrolment.find(shop=shop, customer_id=session.customer_id)
    if member and member.status == MemberStatus.CLOSED:
        return _turned_away(request, "closed", status=403, session=session, shop=shop)
    shown_as, program = branding.of(shop), programs.current(shop)
    language = readers.language(request, session, member, shown_as)
    reader = readers.reader(session, member, program, language)
    context = {
        "session": session,
        "form_token": sessions.form_token(request),
        "is_saved": "saved" in request.GET,
        "problem": problem,
        "program": program,
        "member": member,
    }
    with override(language):
        if program and program.current:
            context["rules"] = list(wording.rules(program.current, reader))
        if program and member:
            context |= _of_member(request, session, member, program, reader)
    return answers.page(
        request,
        "account",
        context,
        shown_as=shown_as,
        language=language,
        status=400 if problem else 200,
    )


def _of_member(
    request: HttpRequest,
    session: Session,
    member: Member,
    program: Program,
    reader: wording.ReaderLocale,
) -> dict[str, object]:
    before = whole_number(request.GET.get("before"))
    usable, earlier = contents.coupons(member, reader)
    return {
        "standing": contents.standing(member, program, reader),
        "endings": contents.endings(member, program, reader),
        "coupons": usable,
        "earlier": earlier,
        "history": contents.history(member, reader, before=before),
        "is_older": before is not None,
        "is_blocked": member.status == MemberStatus.BLOCKED,
        "choices": _choices(request, session, member),
        "is_unsaved": unsaved.kept(request, session) is not None,
    }


def _turned_away(
    request: HttpRequest,
    reason: str,
    *,
    status: int,
    session: Session | None = None,
    shop: Shop | None = None,
    origin: str = "",
    **said: bool,
) -> HttpResponse:
    """A page that says why there is nothing to see, and what to do about it.

    To a page of `origin`, which is none of the shop's, also in its frame: it holds nothing of
    anybody.
    """
    spoken = (session and session.language) or get_language_from_request(request)
    context = {
        "reason": reason,
        "session": session,
        "back": session.back if session else "",
        "origin": origin,
        **said,
    }
    return answers.page(
        request,
        "turned_away",
        context,
        shown_as=branding.of(shop) if shop else Branding(),
        language=language_of(spoken),
        status=status,
        framed_by=["*"] if origin else None,
    )


def _back(return_url: str, origin: str | None) -> str:
    """The address to go back to: the one asked for, if it is a storefront's, or the storefront."""
    try:
        parts = urlsplit(return_url)
    except ValueError:
        return origin or ""
    is_ours = f"{parts.scheme}://{parts.netloc}" in conf.allowed_origins
    return return_url if is_ours and len(return_url) <= LONGEST_BACK else origin or ""


def _choices(request: HttpRequest, session: Session, member: Member) -> dict[str, object]:
    """What the form of preferences shows: what was sent and is not saved yet, or what is so."""
    now = readers.code(session, member)
    saved = Choices(member.email_enabled, member.push_enabled, now)
    shown = unsaved.sent(request.POST) or unsaved.kept(request, session) or saved
    codes = dict.fromkeys((*LANGUAGES, now))
    names = [(code, Locale.parse(code).get_display_name() or code) for code in codes]
    return {"email": shown.email, "push": shown.push, "language": shown.language, "names": names}
