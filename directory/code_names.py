"""Code names for cases: a color and a creature, such as “Blue Heron”. None of them is what anybody is called."""

import secrets
from collections.abc import Collection
from typing import Final

COLORS: Final = (
    "Blue", "Green", "Golden", "Silver", "Gray", "White", "Black", "Brown", "Copper", "Crimson", "Purple", "Orange", "Yellow",
    "Turquoise", "Ivory", "Bronze", "Spotted", "Striped", "Quiet", "Early",
)  # fmt: skip
CREATURES: Final = (
    "Heron", "Otter", "Badger", "Beaver", "Falcon", "Sparrow", "Plover", "Salmon", "Trout", "Turtle", "Moose", "Bison", "Lynx",
    "Marten", "Osprey", "Pelican", "Penguin", "Puffin", "Rabbit", "Raccoon", "Raven", "Seal", "Squirrel", "Stork", "Swallow",
    "Swan", "Thrush", "Walrus", "Whale", "Wolf", "Bear", "Crane", "Cricket", "Dolphin", "Eagle", "Egret", "Elk", "Finch",
    "Gull", "Kestrel",
)  # fmt: skip
_TRIES: Final = 40


def suggested(taken: Collection[str] = ()) -> str:
    """A code name that is not among those taken, unless nearly all are."""
    for _ in range(_TRIES):
        name = f"{secrets.choice(COLORS)} {secrets.choice(CREATURES)}"
        if name.casefold() not in {one.casefold() for one in taken}:
            break
    return name
