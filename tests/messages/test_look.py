"""A shop's look: what it may be, and colours that can be read."""

import random

import pytest

from saleor_loyalty.messages.colors import CARD_IN_THE_DARK, contrast, palette
from saleor_loyalty.models import AuditRecord, Branding
from saleor_loyalty.problems import ErrorCode, Refused
from saleor_loyalty.shop import branding


def color(written):
    return tuple(bytes.fromhex(written[1:]))


def test_a_shop_is_called_as_in_saleor_until_its_look_names_it(shop):
    assert branding.of(shop).name == "nordlys.example"
    shop.name = "Nordlys AS"
    shop.save()
    assert branding.of(shop).name == "Nordlys AS"
    assert not Branding.objects.exists()

    branding.save(shop, actor="Olga", shop_name="Nordlys")

    assert branding.of(shop).name == "Nordlys"


def test_what_is_given_is_kept_and_the_rest_stays(shop, settings):
    settings.LOYALTY_APP_SCHEMES = ["nordlys"]
    branding.save(shop, actor="Olga", shop_name=" Nordlys ", brand_color="#0F766E")
    branding.save(
        shop, actor="Olga", default_language="pt-br", push_url="nordlys://discounts/{language}"
    )

    details = AuditRecord.objects.order_by("pk").values_list("detail", flat=True)
    assert list(details) == ["brand_color, shop_name", "default_language, push_url"]
    kept = branding.of(shop)
    assert (kept.name, kept.brand_color, kept.default_language) == ("Nordlys", "#0F766E", "pt_BR")
    assert (
        branding.push_link(kept, language="pt_BR", kind="GIFT_PUSH") == "nordlys://discounts/pt-BR"
    )


def test_links_fall_back_to_the_server_s_setting(shop, settings):
    settings.LOYALTY_DISCOUNTS_URL = "https://nordlys.example/{language}/d?k={kind}"

    link = branding.push_link(branding.of(shop), language="fr", kind="REWARD_PUSH")

    assert link == "https://nordlys.example/fr/d?k=reward_push"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("brand_color", "", ErrorCode.INVALID),
        ("brand_color", "red", ErrorCode.INVALID),
        ("brand_color", "#12345g", ErrorCode.INVALID),
        ("brand_color", "#123456; x: y", ErrorCode.OUT_OF_RANGE),
        ("default_language", "klingon", ErrorCode.INVALID),
        ("logo_url", "/logo.png", ErrorCode.INVALID),
        ("logo_url", "http://x.example/logo.png", ErrorCode.INVALID),
        ("logo_url", "javascript://x/%0aalert(1)", ErrorCode.INVALID),
        ("logo_url", "nordlys://logo", ErrorCode.INVALID),
        ("logo_url", "https://x.example;script-src/l.png", ErrorCode.INVALID),
        ("logo_url", "https://x.example,y/l.png", ErrorCode.INVALID),
        ("logo_url", "https://*/l.png", ErrorCode.INVALID),
        ("logo_url", "https://*.example/l.png", ErrorCode.INVALID),
        ("logo_url", "https://'self'/l.png", ErrorCode.INVALID),
        ("logo_url", "https://me@x.example/l.png", ErrorCode.INVALID),
        ("logo_url", "https:///l.png", ErrorCode.INVALID),
        ("discounts_url", "https://*/d", ErrorCode.INVALID),
        ("discounts_url", "nordlys.example/d", ErrorCode.INVALID),
        ("discounts_url", "https://nordlys.example/{customer}", ErrorCode.INVALID),
        ("discounts_url", "https://nordlys.example/a b", ErrorCode.INVALID),
        ("push_url", "javascript://x/%0aalert(1)", ErrorCode.INVALID),
        ("push_url", "data://x", ErrorCode.INVALID),
        ("push_url", "https://*/x", ErrorCode.INVALID),
        *[
            ("push_url", address, ErrorCode.INVALID)
            for address in (
                "intent://scan/#Intent;scheme=zxing;package=evil;end",
                "blob:https://shop.example/1",
                "blob://shop.example/1",
                "about://blank",
                "about:blank",
                "view-source://shop.example",
                "filesystem://x",
                "content://contacts",
                "ftp://shop.example/",
                "mailto://x",
                "another-app://x",
            )
        ],
        ("reply_to", "nobody", ErrorCode.INVALID),
        ("sender_name", "Nordlys\r\nBcc: eve@evil.example", ErrorCode.INVALID),
        ("shop_name", "x" * 121, ErrorCode.OUT_OF_RANGE),
    ],
)
def test_what_a_look_cannot_be_is_refused(shop, field, value, code):
    with pytest.raises(Refused) as refused:
        branding.save(shop, actor="Olga", **{field: value})

    assert [(p.field, p.code) for p in refused.value.problems] == [(field, code)]
    assert not Branding.objects.exists()
    assert not AuditRecord.objects.exists()


def test_all_that_is_wrong_is_told_at_once(shop):
    with pytest.raises(Refused) as refused:
        branding.save(shop, actor="Olga", shop_name="Fine", brand_color="red", reply_to="nobody")

    assert {p.field for p in refused.value.problems} == {"brand_color", "reply_to"}


SHADES = ["#000000", "#ffffff", "#ffd400", "#767676", "#777777", "#ff0000", "#00ff00", "#0000ff"]
SHADES += [f"#{random.Random(seed).randrange(1 << 24):06x}" for seed in range(200)]


@pytest.mark.parametrize("shade", SHADES)
def test_text_can_be_read_on_and_beside_any_colour(shade):
    colors = palette(shade)

    assert colors.brand == shade
    assert contrast(color(colors.on_brand), color(colors.brand)) >= 4.5
    for behind in (color(colors.tint), (255, 255, 255)):
        assert contrast(color(colors.ink), behind) >= 4.5
    for behind in (color(colors.dark_tint), CARD_IN_THE_DARK):
        assert contrast(color(colors.dark_ink), behind) >= 4.5


def test_contrast_is_wcag_s():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.478, abs=0.001)
