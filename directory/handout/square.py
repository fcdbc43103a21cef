"""The square code of a share link: a picture that a telephone's camera opens."""

from typing import Final
from urllib.parse import urlsplit

import segno

_LONGEST: Final = 300


def data(link: str) -> str:
    """The code as the address of an SVG picture that lies in the page itself; raises ValueError for another kind of link.

    Nothing may stand behind a question mark or a number sign: that is where words about a need would be.
    """
    return segno.make(checked(link), error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff")


def checked(link: str) -> str:
    """The link as it is, where it is one that may be shared."""
    parts = urlsplit(link)
    plain = parts.scheme in ("https", "http") and parts.hostname and not (parts.query or parts.fragment or parts.username)
    if (
        not plain
        or "?" in link
        or "#" in link
        or len(link) > _LONGEST
        or not link.isascii()
        or not link.isprintable()
        or " " in link
    ):
        raise ValueError("A share link is an http or https address without a question mark, a number sign or a name in it")
    return link
