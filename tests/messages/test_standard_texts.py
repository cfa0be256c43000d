"""The texts that come with the product: whole in every language, and fit for every screen."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from babel import Locale
from playwright.sync_api import Browser, Page

from saleor_loyalty.messages import drafts
from saleor_loyalty.messages.content import Writer
from saleor_loyalty.messages.kinds import EMAILS
from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.messages.variables import catalogue
from saleor_loyalty.messages.wording import standard_text
from saleor_loyalty.models import MessageKind, Program, Shop
from saleor_loyalty.rules.languages import LANGUAGES
from saleor_loyalty.shop import branding

ALL = [(kind, language) for kind in MessageKind for language in LANGUAGES]
STOP = "https://example.com/unsubscribe"


def source_of(kind: str, language: str) -> str:
    text = standard_text(kind, language)
    return f"{text.subject}\n{text.body}"


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_standard_text_can_be_saved_as_it_is(shop, version, kind, language):
    """So it renders with every sample, names nothing unknown, and has a way out."""
    text = standard_text(kind, language)

    shown = drafts.preview(shop, kind, language, subject=text.subject, body=text.body)

    assert "{{" not in shown.text
    assert "None" not in shown.text
    if kind in EMAILS:
        assert shown.text.rstrip().endswith(STOP)


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_t29_every_counted_word_has_the_forms_of_its_language(kind, language):
    needed = set(Locale.parse(language).plural_form.tags)
    if language == "ar":
        needed -= {"zero"}  # said with the figure, as any other
    for forms in re.findall(r"plural: ([^}|]*)", source_of(kind, language)):
        assert set(re.findall(r'(\w+): "', forms)) >= needed | {"other"}


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_the_languages_tell_the_same(kind, language):
    def used(code: str) -> set[str]:
        words = set(
            re.findall(
                r"\b[a-z_]+\b", " ".join(re.findall(r"{[{%].*?[%}]}", source_of(kind, code)))
            )
        )
        return words & {variable.name for variable in catalogue(kind)}

    assert used(language) == used("en")


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_no_english_is_left(language):
    for kind in MessageKind:
        english, other = source_of(kind, "en"), source_of(kind, language)
        words = set(re.findall(r">([^<>{}]{4,})<", english))
        assert not words & set(re.findall(r">([^<>{}]{4,})<", other))


TORN = r"""() => {
  const torn = [], range = document.createRange();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[^\s-]+/g)) {
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(r => r.top)).size > 1) torn.push(word[0]);
  }
  return torn;
}"""
# An email names fonts that a phone may not have, and takes what is there.
FONTS = {"its own": "", "wide": "letter-spacing: 0.2em !important"}
FAINT = """() => {
  const parts = color => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b]
    .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    const color = parts(getComputedStyle(element).backgroundColor);
    return color.length == 3 || !element.parentElement ? color : behind(element.parentElement);
  };
  const faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const pair = [parts(getComputedStyle(element).color), behind(element)].map(luminance);
    const [low, high] = pair.sort((a, b) => a - b);
    if ((high + 0.05) / (low + 0.05) < 4.5) faint.push(texts.currentNode.data.trim());
  }
  return faint;
}"""


@pytest.fixture
def emails(shop, make_version) -> Callable[[], dict[tuple[str, str], str]]:
    """What every email looks like with the samples of its kind, by kind and language."""
    shop.program.current = make_version(
        [{}, {"channel_id": "jp", "currency": "JPY", "discount_value": Decimal(1500)}],
        discount_type="FIXED",
    )
    shop.program.save()
    return lambda: {
        (kind, language): drafts.preview(shop, kind, language).html or ""
        for kind, language in ALL
        if kind in EMAILS
    }


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """The narrowest there is."""
    page = browser.new_page(viewport={"width": 320, "height": 640})
    yield page
    page.close()


@pytest.mark.parametrize("width", [320, 375])
@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_reasons_of_one_long_word_fit_too(
    phone, shop, make_version, make_member, make_message, width, language
):
    version = make_version(name="W" * 120, reward_name="M" * 120)
    Program.objects.filter(shop=shop).update(current=version)
    Shop.objects.update(name="N" * 255)
    shop.refresh_from_db()
    ada = make_member(first_name="W" * 256, language_code=language)
    kinds = (MessageKind.REWARD_EMAIL, MessageKind.GIFT_EMAIL, MessageKind.WELCOME_EMAIL)
    emails = {}
    for kind in kinds:
        message = make_message(kind, member=ada, shop=shop, coupon={"version": version})
        if message.entry:
            message.entry.note.reason = "M" * 600
        emails[kind, language] = Writer().email(message, unsubscribe_url=STOP).html

    phone.set_viewport_size({"width": width, "height": 640})
    for email, html in emails.items():
        phone.set_content(html)
        assert phone.evaluate("document.documentElement.scrollWidth") == width, email


STEERED = "\u202eevil\u2066\x07"


@pytest.mark.parametrize("kind", [MessageKind.GIFT_EMAIL, MessageKind.GIFT_PUSH])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_names_and_reasons_do_not_turn_the_text_around_them(
    shop, version, make_member, make_message, mail_server, kind, language
):
    Shop.objects.update(name=f"Nordlys{STEERED}")
    shop.refresh_from_db()
    ada = make_member(first_name=f"Ada{STEERED}", language_code=language)
    message = make_message(kind, member=ada, shop=shop)
    message.entry.note.reason = f"Thanks{STEERED}"

    if kind == MessageKind.GIFT_EMAIL:
        email = Writer().email(message, unsubscribe_url=STOP)
        told = [email.subject, email.html, email.text]
    else:
        notice = Writer().notice(message)
        told = [notice.title, notice.body]

    ours = re.compile("[\u2066-\u2068]([^\u2066-\u2069]*)\u2069")  # begun and ended
    text = ours.sub(r"\1", "".join(told))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x07]", text)
    assert {"Nordlysevil", "Thanksevil"} <= set(re.findall("Nordlysevil|Thanksevil", text))


def test_the_sender_s_name_does_not_either(settings, shop, version, make_message, mail_server):
    settings.DEFAULT_FROM_EMAIL = "club@nordlys.example"
    Shop.objects.update(name=f"Nordlys{STEERED}")
    make_message()

    send_due()

    assert mail_server.mails[0]["From"] == "Nordlysevil <club@nordlys.example>"


@pytest.mark.parametrize("brand_color", ["#2459c4", "#ffd400", "#101010"])
def test_every_email_can_be_read_by_day_and_night(phone, shop, emails, brand_color):
    branding.save(shop, actor="Olga", brand_color=brand_color)

    for email, html in emails().items():
        phone.set_content(html)
        for scheme in ("light", "dark"):
            phone.emulate_media(color_scheme=scheme)
            assert phone.evaluate(FAINT) == [], (scheme, *email)


@pytest.mark.parametrize("font", FONTS)
def test_every_email_fits_a_narrow_phone_whatever_its_font(phone, emails, font):
    for email, html in emails().items():
        phone.set_content(html)
        phone.add_style_tag(content=f"* {{ {FONTS[font]} }}")
        assert phone.evaluate("document.documentElement.scrollWidth") == 320, email


def test_no_word_of_an_email_is_torn_on_a_narrow_phone(phone, emails):
    for email, html in emails().items():
        phone.set_content(html)
        assert phone.evaluate(TORN) == [], email
