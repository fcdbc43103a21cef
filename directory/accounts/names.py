"""Names of accounts: as they are shown, and as they are compared."""

import re
import unicodedata
from typing import Final

from directory.problems import CannotUnderstand, Loudness, Problem

_NAME: Final = re.compile(r"\w[\w .'’@-]{0,58}\w")


def key_of(name: str) -> str:
    """A name as it is compared: capitals and spaces do not matter."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def checked(name: str) -> str:
    """A name as it is shown; raises CannotUnderstand for what is none."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if not _NAME.fullmatch(plain):
        raise wrong(name, "not a name", "Use 2 to 60 letters, digits, spaces, or . ' @ - _")
    return plain


def wrong(name: str, what: str, fix: str) -> CannotUnderstand:
    """What is wrong with a name."""
    return CannotUnderstand(Problem(Loudness.VALUE, "name", what, name, fix))
