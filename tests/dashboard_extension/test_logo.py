"""A logo that staff upload: kept as a picture of ours, shown wherever the shop shows itself."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from saleor_loyalty.messages import drafts
from saleor_loyalty.models import AuditRecord, Branding, Logo
from saleor_loyalty.shop import branding, logo

HARMFUL = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def drawn(width=1200, height=400, format="PNG", **options) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "#2459c4").save(file, format, **options)
    return file.getvalue()


def sent(content: bytes = b"", **changes: str) -> dict[str, object]:
    """The form as a browser sends it, with a file where there is one."""
    file = {"upload": SimpleUploadedFile("logo.png", content)} if content else {}
    look = {"brand_color": "#112233", "default_language": "en", "shop_name": "Nordlys"}
    last = AuditRecord.objects.order_by("pk").last()
    return {"opened_at": str(last.pk if last else 0), **look, **changes, **file}


def test_an_uploaded_logo_is_kept_small_and_without_what_else_was_in_the_file(ask, shop, program):
    photo = drawn(format="JPEG", comment=b"taken at home")

    answer = ask("branding", post=sent(photo))

    assert "The branding is saved" in answer["HX-Trigger"]
    kept = bytes(Logo.objects.get(shop=shop).content)
    with Image.open(BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == ("PNG", (600, 200))
    assert b"home" not in kept
    assert AuditRecord.objects.get().detail.split(", ")[-2:] == ["logo_name", "shop_name"]


def test_whoever_reads_an_email_gets_the_picture_and_may_keep_it(ask, client, shop, program):
    ask("branding", post=sent(drawn()))

    address = branding.of(shop).logo_address
    assert f'src="{address}"' in drafts.preview(shop, "REWARD_EMAIL", "en").html
    assert address.startswith("https://loyalty.example.com/logo/")
    answer = client.get(address.removeprefix("https://loyalty.example.com"))

    assert answer.content == bytes(Logo.objects.get().content)
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/logo/0123456789abcdef0123456789abcdef.png").status_code == 404


def test_an_upload_takes_the_place_of_an_address_and_an_address_that_of_an_upload(
    ask, shop, program, monkeypatch
):
    monkeypatch.setattr(logo, "fault_of", lambda _address: None)
    address = "https://x.example/logo.png"
    ask("branding", post=sent(logo_url=address))
    ask("branding", post=sent(drawn(), logo_url=address))
    assert branding.of(shop).logo_url == ""
    assert branding.of(shop).logo_address.endswith(".png")

    ask("branding", post=sent(logo_url=address))

    assert branding.of(shop).logo_address == address
    assert Logo.objects.count() == 1  # emails that went out link to it


def test_an_uploaded_logo_stays_when_something_else_is_changed_and_goes_when_asked(
    ask, shop, program
):
    ask("branding", post=sent(drawn()))
    ask("branding", post=sent(shop_name="Other"))
    assert branding.of(shop).logo_name

    page = ask("branding")
    ask("branding", post=sent(is_removed="on"))

    assert "Remove the uploaded logo" in page.text
    assert branding.of(shop).logo_address == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HARMFUL, "An SVG cannot be uploaded, as most mail programs show none."),
        (b"<!-- x -->" * 900 + HARMFUL, "An SVG cannot be uploaded"),
        (b"%PDF-1.7", "This is no picture. Take a PNG, JPEG, GIF or WebP."),
        (drawn()[:300], "This is no picture."),
        (drawn() + bytes(1_000_000), "The picture is larger than 1 MB."),
        (drawn(5000, 20), "each side has to be from 16 to 4,000"),
    ],
    ids=["svg", "svg-behind-comments", "pdf", "cut-off", "large", "wide"],
)
def test_what_is_no_logo_is_refused_at_its_field_and_what_was_saved_stays(
    ask, shop, program, content, said
):
    Branding.objects.create(shop=shop, logo_url="https://x.example/logo.png")

    answer = ask("branding", post=sent(content, shop_name="Other"))

    assert answer.status_code == 422
    at_field = answer.text.partition('id="branding_upload_error">')[2].partition("</p>")[0]
    assert said in at_field
    assert 'value="Other"' in answer.text  # what was typed is still there
    assert branding.of(shop).logo_address == "https://x.example/logo.png"
    assert branding.of(shop).shop_name == ""
    assert not Logo.objects.exists()


def test_a_file_beside_a_mistake_is_asked_for_again(ask, shop, program):
    answer = ask("branding", post=sent(drawn(), reply_to="nobody"))

    assert answer.status_code == 422
    assert "Choose the picture once more: nothing was saved." in answer.text
    assert not Logo.objects.exists()


def test_a_server_that_does_not_know_its_address_takes_no_logo(ask, shop, program, settings):
    settings.LOYALTY_PUBLIC_URL = ""

    answer = ask("branding", post=sent(drawn()))

    assert answer.status_code == 422
    assert "LOYALTY_PUBLIC_URL" in answer.text
