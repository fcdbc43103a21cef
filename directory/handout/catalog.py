"""The hand-out's words in each language: one file a language, every file with the same keys."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from directory.vocabulary import HELPLINES, MEDICATIONS, SAFETY

LANGUAGES: Final = ("en", "es")
HELP_CODES: Final = ("911", "988", "samhsa")
_HERE: Final = Path(__file__).with_name("words")
_WEEK: Final = 7
_STOPS: Final = re.compile(r"\.{2,}")


@dataclass(frozen=True, slots=True)
class Catalog:
    """One language: its code, the sentences by key, and the names of days and months."""

    code: str
    name: str
    sentences: Mapping[str, str]
    days: tuple[str, ...]
    months: tuple[str, ...]

    def say(self, key: str, **filled: object) -> str:
        """A sentence with what belongs into it; where that ends with a full stop of its own, there are not two."""
        return _STOPS.sub(lambda stops: stops[0][:3] if len(stops[0]) > 2 else ".", self.sentences[key].format(**filled))

    def items(self, key: str) -> list[str]:
        """A sentence of many lines as a list."""
        return self.sentences[key].strip().splitlines()

    def any_of(self, words: list[str]) -> str:
        """Words as one enumeration: methadone, buprenorphine or naltrexone."""
        told = [", ".join(words[:-1]), words[-1]] if words else []
        return self.sentences["medication.or"].join(filter(None, told))

    def hour(self, when: datetime) -> str:
        """A time of day that is never broken across lines: 8:03 pm."""
        half = self.say("time.pm" if when.hour >= 12 else "time.am")
        told = self.say("time.hour", hour=when.hour % 12 or 12, minute=f"{when:%M}", half=half)
        return told.replace(" ", "\u00a0")

    def moment(self, when: datetime, seen_from: datetime) -> str:
        """A time of day with its weekday, and with its date where that is a week away."""
        away = abs((when.date() - seen_from.date()).days)
        return self._told("time.near" if away < _WEEK else "time.far", when)

    def full_moment(self, when: datetime) -> str:
        """A time of day with weekday, date and year."""
        return self._told("time.full", when)

    def _told(self, key: str, when: datetime) -> str:
        day, month = self.days[when.weekday()], self.months[when.month - 1]
        return self.say(key, hour=self.hour(when), day=day, date=when.day, month=month, year=when.year)


def _read(code: str) -> Catalog:
    told: dict[str, Any] = _ENGLISH if code == "en" else {}
    told = told | tomllib.loads((_HERE / f"{code}.toml").read_text(encoding="utf-8"))
    days, months = tuple(told.pop("days")), tuple(told.pop("months"))
    return Catalog(code, told.pop("language"), dict(_flat(told)), days, months)


def _flat(told: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in told.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


_ENGLISH: Final[dict[str, Any]] = {
    "safety": SAFETY,
    "helpline": {code: words for code, (words, _) in zip(HELP_CODES, HELPLINES, strict=True)},
    "drug": dict(MEDICATIONS),
}
"""What the vocabulary says already in English."""
CATALOGS: Final = {code: _read(code) for code in LANGUAGES}
