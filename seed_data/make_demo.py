"""Makes a workbook in the format of SAMHSA's National Directory from a readable text.

`python -m seed_data.make_demo` renews the demo directory; `python -m seed_data.make_demo TEXT.toml BOOK.xlsx` makes another.
"""

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from seed_data.workbook import write_workbook

TEXT: Final = Path(__file__).with_name("demo_directory.toml")
BOOK: Final = Path(__file__).with_name("demo-directory.xlsx")
COLUMNS: Final = (
    "Name1", "Name2", "Street1", "Street2", "City", "State", "Zip", "Phone",
    "Intake1", "Intake2", "Intake1a", "Intake2a", "Service_code_info",
)  # fmt: skip
CODE_COLUMNS: Final = ("category_code", "category_name", "service_code", "service_name", "service_description")
_KEYS: Final = frozenset(("shows", *(column.lower() for column in COLUMNS)))


def make(text: Path, book: Path) -> None:
    """The workbook of a text: its centers in their order, and the codes that it names."""
    with text.open("rb") as file:
        told = tomllib.load(file)
    sheets = {
        "Facilities List": [list(COLUMNS), *map(_facility, told["center"])],
        "Service Code Reference": [list(CODE_COLUMNS), *_codes(told["codes"])],
    }
    write_workbook(book, sheets, told["modified"])


def _facility(center: Mapping[str, str]) -> list[str]:
    unknown = center.keys() - _KEYS
    if unknown:
        raise ValueError(f"{center.get('name1', 'a center')}: unknown keys {sorted(unknown)}; known are {sorted(_KEYS)}")
    return [center.get(column.lower(), "") for column in COLUMNS]


def _codes(categories: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    return [
        [category, told["category"], code, name, ""]
        for category, told in categories.items()
        for code, name in told.items()
        if code != "category"
    ]


if __name__ == "__main__":
    make(*(map(Path, sys.argv[1:3]) if len(sys.argv) == 3 else (TEXT, BOOK)))
