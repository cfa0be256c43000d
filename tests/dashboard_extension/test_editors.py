"""What editors do in the browser while they are filled in: warnings, files, the browser's zone."""

from functools import partial

import pytest
from playwright.sync_api import expect

from saleor_loyalty.messages import drafts
from saleor_loyalty.models import Branding, Logo
from tests.dashboard_extension.frame import heading, inside
from tests.dashboard_extension.test_logo import drawn

pytestmark = pytest.mark.django_db(transaction=True)

# Neither width nor height, as drawing programs write it.
SVG = '<svg xmlns="http://www.w3.org/2000/svg"{box}><circle r="9" fill="#2459c4"/></svg>'


def test_a_reminder_longer_than_the_period_is_told_of_as_soon_as_it_is_chosen(open_page, program):
    frame = inside(open_page("app/program"))
    warning = frame.get_by_role("group", name="Email members before points expire").locator(".warn")
    frame.get_by_label("Each on its own").check()
    frame.get_by_label("After how many days").fill("30")
    expect(warning).to_have_text(
        "Never sent, as points expire sooner: A month before. "
        "A reminder comes a week after the points, at the earliest."
    )

    frame.get_by_label("After how many days").fill("365")

    expect(warning).to_have_count(0)


def test_a_new_program_begins_with_the_browsers_own_zone(open_page, shop):
    frame = inside(open_page("app/program"))
    expect(heading(frame, "Set up the program")).to_be_visible()
    zone = frame.locator("html").evaluate("() => Intl.DateTimeFormat().resolvedOptions().timeZone")

    chosen = frame.get_by_label("Time zone").input_value()

    assert chosen == {"Etc/UTC": "UTC"}.get(zone, zone)


def test_a_logo_is_uploaded_and_seen_at_once(open_page, program, live_server, settings):
    settings.LOYALTY_PUBLIC_URL = live_server.url
    page = open_page("app/branding")
    frame = inside(page)
    picture = {"name": "logo.png", "mimeType": "image/png", "buffer": drawn()}
    frame.get_by_label("Or a picture of your own").set_input_files(picture)
    expect(frame.get_by_role("button", name="Save")).to_be_enabled()

    frame.get_by_role("button", name="Save").click()

    expect(page.locator("#note")).to_have_text("The branding is saved")
    shown = frame.get_by_role("img", name="The uploaded logo")
    expect(shown).to_be_visible()
    assert shown.evaluate("async (img) => { await img.decode(); return img.naturalWidth }") == 600
    assert shown.bounding_box()["height"] == 40
    assert Logo.objects.count() == 1


@pytest.mark.parametrize("box", ["", ' viewBox="0 0 40 10"', ' viewBox="0 0 10 10"'])
def test_an_svg_without_a_size_is_a_logo_of_a_size_wherever_it_shows(
    browser, client, shop, program, ada, box
):
    address = "https://x.example/logo.svg"
    Branding.objects.create(shop=shop, logo_url=address, shop_name="Nordlys")
    css = client.get("/account/account.css").content.decode()
    header = f'<div class="bar"><span class="shop"><img alt="Nordlys" src="{address}"></span></div>'
    pages = {
        "email": drafts.preview(shop, "REWARD_EMAIL", "en").html,
        "account": f'<style>{css}</style><header class="top">{header}</header>',
        "unsubscribe": client.get(f"/unsubscribe/{ada.unsubscribe_token}").text,
    }
    for width in (320, 1280):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.route(address, partial(_draw, SVG.format(box=box)))
        for where, html in pages.items():
            page.set_content(html)
            size = page.get_by_role("img", name="Nordlys").bounding_box()
            assert 16 <= size["width"] <= 240, where
            assert 32 <= size["height"] <= 64, where
        page.close()


def _draw(drawing, route, _request):
    route.fulfill(body=drawing, content_type="image/svg+xml")
