"""What became of referrals to a center, counted month by month, for those who are signed in: no case and no person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask

from directory import store
from directory.call_sheet import DECLINES
from directory.matching.wording import MONTHS
from directory.web.opened import opened

_WORDS: Final[dict[tuple[str, str | None], str]] = {
    ("admitted", None): "Admitted somebody",
    ("admitted", "plan_b"): "Admitted somebody as plan B",
    ("turned_away", None): "Turned somebody away who had come",
    **{("declined", code): f"Declined on the telephone: {words}" for code, words in DECLINES.items()},
}


@dataclass(frozen=True, slots=True)
class Month:
    """A month, and what became of referrals in it: in words, and how often; the most frequent first."""

    words: str
    counted: tuple[tuple[str, int], ...]


def register(app: Flask) -> None:
    """Let the pages of a center say what became of referrals."""
    app.jinja_env.globals["what_became"] = what_became


def what_became(listing_id: str) -> list[Month]:
    """A center's history, the newest month first."""
    with opened().database.reading() as connection:
        return by_month(store.events(connection, listing_id))


def by_month(events: Iterable[Mapping[str, Any]]) -> list[Month]:
    """The events of a program, counted by month."""
    months: dict[str, Counter[str]] = {}
    for event in events:
        said = _WORDS.get((event["kind"], event["reason"])) or str(event["kind"]).replace("_", " ").capitalize()
        months.setdefault(event["day"][:7], Counter())[said] += 1
    return [Month(_month(key), tuple(months[key].most_common())) for key in sorted(months, reverse=True)]


def _month(key: str) -> str:
    year, month = key.split("-")
    return f"{MONTHS[int(month) - 1]} {year}"
