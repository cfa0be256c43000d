"""A shop's logo, looked at before it is kept: a picture at an address, or one that is uploaded."""

import hashlib
import re
from io import BytesIO

import httpx
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from saleor_loyalty.saleor_api.outgoing import Client, PrivateAddress
from saleor_loyalty.sentences import Words, sentence

SECONDS = 5.0
MOST_BYTES = 1_000_000
LEAST_SIDE, MOST_SIDE = 16, 4_000  # pixels; it is shown 40 high
KEPT_SIDE = 600  # of what is uploaded: sharp on any screen
BOM = b"\xef\xbb\xbf"
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")  # what mail programs and browsers show
SVG = "image/svg+xml"
# Its first tag, behind what may stand before it in XML.
SVG_BEGINS = re.compile(rb"(?><\?[^>]*>|<!--.*?-->|<![^>]*>|\s+)*+<svg[\s/>]", re.DOTALL)
UNREADABLE = _("This is no picture. Take a PNG, JPEG, GIF or WebP.")
TOO_LARGE = _("The picture is larger than 1 MB.")


class NoPicture(Exception):
    """What is wrong with what was found, as a sentence for staff."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words


def fault_of(address: str) -> "Words | None":
    """What keeps members from seeing the logo at a web address; None: nothing.

    It is fetched once, from public addresses alone: what stands in our own network is nobody's to
    look at.
    """
    try:
        kind, content = _fetched(address)
        check_picture(content, is_svg=kind == SVG)
    except NoPicture as fault:
        return fault.words
    except PrivateAddress:
        return _("This address is inside a network that members cannot reach. Give a public one.")
    except httpx.TimeoutException:
        words = _("The address does not answer within {seconds} seconds.")
        return sentence(words, seconds=int(SECONDS))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):  # the last of a host's odd name
        return _("The server cannot reach this address. See that it is right, and try again.")
    return None


def encoded(upload: bytes) -> tuple[str, bytes]:
    """A name and a PNG of an uploaded picture, without what else was in the file.

    At most KEPT_SIDE pixels wide and high. Raises NoPicture.
    """
    if len(upload) > MOST_BYTES:
        raise NoPicture(TOO_LARGE)
    if SVG_BEGINS.match(upload[:10_000].removeprefix(BOM)):
        words = _(
            "An SVG cannot be uploaded, as most mail programs show none. Take a PNG, or give its "
            "address."
        )
        raise NoPicture(words)
    check_picture(upload)
    png = BytesIO()
    try:
        with Image.open(BytesIO(upload), formats=FORMATS) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
        upright.thumbnail((KEPT_SIDE, KEPT_SIDE))
        upright.save(png, "PNG", optimize=True)
    except (OSError, ValueError, SyntaxError):  # what Pillow makes of a broken file
        raise NoPicture(UNREADABLE) from None
    content = png.getvalue()
    return hashlib.sha256(content).hexdigest()[:32], content


def check_picture(content: bytes, *, is_svg: bool = False) -> None:
    """Raise NoPicture for what mail programs and browsers show nothing of, or too much."""
    if is_svg:
        if not SVG_BEGINS.match(content[:10_000].removeprefix(BOM)):
            raise NoPicture(_("This is no picture: its SVG cannot be read."))
        return
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise NoPicture(UNREADABLE) from None
    if not (min(width, height) >= LEAST_SIDE and max(width, height) <= MOST_SIDE):
        words = _(
            "The picture is {width} by {height} pixels; each side has to be from {least} to {most}."
        )
        raise NoPicture(
            sentence(words, width=width, height=height, least=LEAST_SIDE, most=MOST_SIDE)
        )


def _fetched(address: str) -> tuple[str, bytes]:
    """The media type and the content. Raises NoPicture, and what httpx does."""
    with Client(seconds=SECONDS, is_public=True) as client, client.stream("GET", address) as answer:
        if answer.has_redirect_location:
            words = _("This address only leads to another one. Give that: {address}")
            raise NoPicture(sentence(words, address=answer.headers["Location"][:300]))
        if not answer.is_success:
            words = _("The address answers “{status}” and no picture.")
            status = f"{answer.status_code} {answer.reason_phrase}".strip()
            raise NoPicture(sentence(words, status=status))
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if not kind.startswith("image/") and not kind.endswith("octet-stream"):
            words = _("The address answers with {kind} and no picture.")
            raise NoPicture(sentence(words, kind=kind[:100] or "?"))
        return kind, _bounded(answer)


def _bounded(answer: httpx.Response) -> bytes:
    content = b""
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > MOST_BYTES:
            raise NoPicture(TOO_LARGE)
    return content
