"""The colours of a message: a shop's own, and those that can be read on it and beside it."""

from dataclasses import dataclass
from functools import cache

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
CARD_IN_THE_DARK = (32, 36, 44)  # as in layout.html
# Contrast of text with what is behind it (WCAG 2.1, 1.4.3 and 1.4.6). In the dark the lower one,
# met just so by a colour between bright and dark, looks faded.
READABLE, CLEAR = 4.5, 7.0

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a message, each as #rrggbb; text in each is readable on what it stands on."""

    brand: str
    on_brand: str
    tint: str
    ink: str  # on tint, and on white
    dark_tint: str
    dark_ink: str  # on dark_tint, and on a dark card


@cache
def palette(brand_color: str) -> Palette:
    """The colours that go with the shop's."""
    brand = _parsed(brand_color)
    tint = _mixed(WHITE, brand, 0.08)
    dark_tint = _mixed(CARD_IN_THE_DARK, brand, 0.18)
    return Palette(
        brand=_written(brand),
        on_brand=_written(WHITE if contrast(brand, WHITE) >= READABLE else BLACK),
        tint=_written(tint),
        ink=_written(_moved(brand, towards=BLACK, on=tint, contrast_of=READABLE)),
        dark_tint=_written(dark_tint),
        dark_ink=_written(_moved(brand, towards=WHITE, on=dark_tint, contrast_of=CLEAR)),
    )


def contrast(one: Color, other: Color) -> float:
    """From 1 to 21, by WCAG 2.1's definition of contrast ratio."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    shares = (share / 255 for share in color)
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _moved(color: Color, *, towards: Color, on: Color, contrast_of: float) -> Color:
    """The colour, moved towards black or white no further than the contrast asks for."""
    steps = (_mixed(color, towards, step / 20) for step in range(21))
    return next((c for c in steps if contrast(c, on) >= contrast_of), towards)


def _mixed(one: Color, other: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _parsed(written: str) -> Color:
    red, green, blue = bytes.fromhex(written[1:])
    return red, green, blue


def _written(color: Color) -> str:
    return f"#{bytes(color).hex()}"
