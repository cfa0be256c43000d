"""Whether a page keeps its width: for what shoppers read, on every screen."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (320, 375, 600, 1280)
# A part that cuts its letters off makes no page wider: nothing may be wider than its own place.
WIDER = """() => {
  const room = document.documentElement.clientWidth;
  const wide = [...document.body.querySelectorAll('*')].filter(element => {
    const is_hidden = !element.checkVisibility() || element.closest('.said, .skip, .preheader');
    if (is_hidden || element.closest('svg')) return false;
    const { left, right } = element.getBoundingClientRect();
    if (left < -0.5 || right > room + 0.5) return true;
    const is_block = !getComputedStyle(element).display.startsWith('inline');
    return is_block && element.scrollWidth > element.clientWidth + 1;
  });
  if (document.documentElement.scrollWidth > room) wide.push(document.documentElement);
  return wide.map(e => `${e.tagName} ${e.className} ${e.innerText.slice(0, 40)}`);
}"""


def too_wide(page: "Page") -> dict[int, list[str]]:
    """What of a page is wider than its place, by the widths at which it is; empty: nothing is."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if wide := page.evaluate(WIDER):
            found[width] = wide
    return found
