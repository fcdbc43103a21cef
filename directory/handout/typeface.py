"""The typeface of the hand-out, carried inside each of its files: two pages are two pages whatever fonts a machine has.

Arimo (as wide as Arial, SIL Open Font License), the Latin letters; whatever else a name is written in, the machine's own
fonts show.
"""

import base64
from functools import cache
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).with_name("fonts")
_FACES: Final = {"400-normal": ("400", "normal"), "700-normal": ("700", "normal"), "400-italic": ("400", "italic")}


@cache
def faces() -> str:
    """The rules of a stylesheet that bring the typeface, under the name "Arimo"."""
    return "".join(_face(f"arimo-latin-{name}.woff2", weight, style) for name, (weight, style) in _FACES.items())


def _face(file: str, weight: str, style: str) -> str:
    data = base64.b64encode((_HERE / file).read_bytes()).decode()
    source = f'url("data:font/woff2;base64,{data}") format("woff2")'
    return f"@font-face {{ font-family: Arimo; font-weight: {weight}; font-style: {style}; src: {source}; }}\n"
