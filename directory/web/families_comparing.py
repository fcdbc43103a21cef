"""Up to four centers side by side, and a list in plain text: what is known of each, in families' words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from directory import browsing
from directory.listing import Listing
from directory.public_data import newest
from directory.vocabulary import Answer
from directory.web import families_words as words
from directory.web import told
from directory.web.language import day, helplines, safety, sheet
from directory.web.language import gettext as _

MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of all the centers: its words, and what is known of each, by the kind of answer."""

    title: str
    cells: tuple[tuple[str, str], ...]

    @property
    def differs(self) -> bool:
        """Whether the centers differ in it."""
        return len({text for _, text in self.cells}) > 1


def rows(listings: Sequence[Listing], now: datetime) -> list[Row]:
    """Everything that families are told, fact by fact; what nobody knows of any of them as well."""
    answers = [_answers(choice.label, choice.answer, listings) for choice in browsing.CHOICES]
    free: list[tuple[str, Callable[[Listing], str]]] = [
        (_("Beds"), lambda one: words.beds(one, now)),
        (_("Takes only"), lambda one: words.only(one) or _("Nothing known")),
        (_("Does not take"), lambda one: "; ".join(words.excluded(one)) or _("Nothing known")),
        (_("Checked"), lambda one: words.checked(one, now)),
    ]
    plain = [Row(title, tuple(("", tell(one)) for one in listings)) for title, tell in free]
    return [plain[0], *answers, *plain[1:]]


def _answers(label: str, answer: Callable[[Listing], Answer], listings: Sequence[Listing]) -> Row:
    said = {Answer.YES: _("Yes"), Answer.NO: _("No"), Answer.UNKNOWN: _("Not known: ask")}
    return Row(_(label), tuple((str(answer(one)), said[answer(one)]) for one in listings))


def facts_as_of(listings: Sequence[Listing], now: datetime) -> str:
    """Of when everything on a list is, by the clock of its first center."""
    here = now.astimezone(told.zone_of(listings[0])) if listings else now
    return sheet().say("page.facts", time=sheet().full_moment(here))


def changed_since(listing: Listing, made: date, now: datetime) -> str:
    """That something was said or done about a center after a list was made; "" where nothing was."""
    last = newest(listing, now)
    return _("Something here was looked at again on %(day)s, after you kept it.", day=day(last)) if last > made else ""


def gone(number: int) -> str:
    """That a center of a list is not shown now: its name is not told again."""
    said = _("Number %(number)d on your list is no longer shown here.", number=number)
    return said + " " + _("It may have closed, or it is being checked again.")


def in_text(listings: Sequence[Listing | None], now: datetime, until: str) -> str:
    """The list in plain text, with the helplines."""
    there = [one for one in listings if one]
    parts = [_("Treatment centers to call"), facts_as_of(there, now)]
    parts += [_center(number, one, now) if one else gone(number) for number, one in enumerate(listings, 1)]
    lines = "\n".join(f"{number}: {label}" for label, number in helplines())
    return "\n\n".join([*parts, lines, safety(), until]) + "\n"


def _center(number: int, listing: Listing, now: datetime) -> str:
    address = listing.address
    street = "" if address.confidential else ", ".join(filter(None, (address.address_1, address.address_2)))
    lines = [
        f"{number}. {listing.name}",
        *(f"{phone} ({words.phone_line(phone)})" for phone in listing.phones),
        ", ".join(filter(None, (street, address.place))),
        words.beds(listing, now),
        words.line(listing),
        _("Ask: %(questions)s", questions=" ".join(words.questions(listing))),
        words.checked(listing, now),
    ]
    return "\n".join(filter(None, lines))
