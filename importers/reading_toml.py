"""A TOML file that staff write, read key by key: everything that is wrong is noted with its key and what could stand there."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from directory.problems import Loudness, Problem
from importers.base import Meaning, tidy
from importers.listing_fields import BadLine, shown, term


def nearest(word: str, possible: Iterable[str], shown_at_most: int = 40) -> str:
    """What could stand there instead, the likeliest first."""
    known = list(possible)
    near = get_close_matches(word[:80], known, 1, 0.6)
    more = " and more" if len(known) > shown_at_most else ""
    return f"{f'Did you mean “{near[0]}”? ' if near else ''}Possible are: {', '.join(known[:shown_at_most])}{more}"


class Reading:
    """A mapping being read: its keys one by one, and what was wrong with them."""

    def __init__(self, file: str, told: dict[str, Any], keys: Iterable[str]) -> None:
        self.file = file
        self.told = told
        self.problems: list[Problem] = []
        for key in told:
            if key not in keys:
                self.wrong(key, "is a key that nobody knows", key, nearest(key, keys))

    def wrong(self, key: str, what: str, found: Any = "", fix: str = "") -> None:
        """Note what is wrong with a key."""
        self.problems.append(Problem(Loudness.FILE, f"{self.file}, {key}", what, shown(found), fix))

    def text(self, key: str, fix: str, needed: bool = False) -> str:
        """A text, "" where there is none; a day counts as one."""
        told = self.told.get(key, "")
        told = told.isoformat() if isinstance(told, (date, datetime)) else told
        if not isinstance(told, str) or (needed and not told.strip()):
            self.wrong(key, "should be a text in quotation marks" if key in self.told else "is missing", told, fix)
            return ""
        return tidy(told)

    def number(self, key: str, default: int, lowest: int) -> int:
        """A whole number of at least `lowest`."""
        told = self.told.get(key, default)
        if type(told) is not int or not lowest <= told <= 1_000_000:
            self.wrong(key, "should be a whole number", told, f"Enter a number from {lowest} to 1000000")
            return default
        return told

    def texts(self, key: str, told: Any = None) -> tuple[str, ...]:
        """A list of texts; one text is a list of it."""
        told = self.told.get(key, []) if told is None else told
        listed = [told] if isinstance(told, str) else told
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            self.wrong(key, "should be a list of texts", told, 'Write it as ["one", "another"]')
            return ()
        return tuple(listed)

    def table(self, key: str, example: str) -> dict[str, Any]:
        """A table of the file, empty where there is none."""
        told = self.told.get(key, {})
        if not isinstance(told, dict):
            self.wrong(f"[{key}]", "should be a table", told, f"Write [{key}] and below it: {example}")
            return {}
        return told

    def terms(self, key: str, told: Any) -> Meaning:
        """Terms with their marks as a meaning."""
        marked: dict[str, set[str]] = {"": set(), "-": set(), "~": set()}
        for written in self.texts(key, told):
            mark = written[0] if written[:1] in marked and written else ""
            try:
                marked[mark].add(term(written.removeprefix(mark)))
            except BadLine as error:
                self.wrong(key, "names a term that does not exist", written, error.fix)
        return Meaning(frozenset(marked[""]), frozenset(marked["-"]), frozenset(marked["~"]))

    def check(self, key: str, told: str, read: Callable[[str], Any]) -> None:
        """Note a text that its reader can't read, with what to enter."""
        try:
            read(told)
        except ValueError as error:
            self.wrong(key, "can't be read", told, str(error))
