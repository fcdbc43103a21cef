"""What families are told of a center, in short plain words and in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from directory import browsing, map_drawing, map_numbers
from directory.browsing import Choice, Found, Result, Wanted
from directory.handout.frozen import frozen_report
from directory.handout.telling import Teller
from directory.listing import Listing, Phone, Point, Vetting
from directory.map_drawing import Around
from directory.map_numbers import Pin
from directory.matching.standing import CONFIRMED_DAYS
from directory.public_address import address_of, short_id
from directory.spoken import capital
from directory.values import STATES
from directory.vocabulary import BY_GROUP, PUBLISHED, Answer, VettingState
from directory.web import told
from directory.web.language import day, sheet
from directory.web.language import gettext as _
from directory.web.language import ngettext as _n

_FIRST: Final = ("overnight", "by_day", "opioid", "withdrawal", "medication", "medicaid", "private", "little")
"""What a line has room for."""
_ASKED: Final = ("overnight", "opioid", "withdrawal", "medication", "little")
"""What is asked on the telephone where nobody knows it; insurance is asked about in any case."""
ONLY: Final = BY_GROUP["only"]
TERM_GROUPS: Final = (
    "setting",
    "withdrawal",
    "moud",
    "payer",
    "program",
    "language",
    "only",
    "smoking",
    "after",
    "recovery",
    "counseling",
)
"""The groups of vocabulary.toml of which a center's page tells more; the Spanish catalog has their labels."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A small map of what a list shows: its numbers, the length of its scale in miles and in units, and what each number is."""

    map: Around
    pins: tuple[Pin, ...]
    bar: tuple[int, int]
    titles: list[str]


def mapped(listings: Sequence[Listing], here: Point | None = None) -> Mapped | None:
    """The map beside a list; None where nothing in it has a place."""
    drawn = map_drawing.around([one.point for one in listings], here)
    if drawn is None or not drawn.dots:
        return None
    return Mapped(drawn, map_numbers.pins(drawn), map_numbers.scale_bar(drawn), [one.name for one in listings])


@dataclass(frozen=True, slots=True)
class Shown:
    """A center as a list tells it: how far, its beds ("" for not known), what else is known in one line, what is to be asked,
    and who checked it when."""

    listing: Listing
    address: Mapping[str, str]
    far: str
    beds: str
    known: str
    ask: list[str]
    checked: str

    @property
    def short(self) -> str:
        """What stands for it where it is ticked."""
        return short_id(self.listing.id)


def offered() -> dict[str, dict[str, str]]:
    """What can be looked for, by group."""
    return {
        group: {choice.code: _(choice.label) for choice in browsing.CHOICES if choice.group == group}
        for group in browsing.GROUPS
    }


def within(limits: tuple[str, ...]) -> dict[str, str]:
    """How far to look."""
    return {limit: _("%(miles)s miles", miles=limit) if limit.isdigit() else _("Anywhere") for limit in limits}


def unknown_place(typed: bool, several: bool) -> str:
    """What to enter where a place was not understood."""
    if several:
        return _("There are several places of that name. Choose one of them.")
    if not typed:
        return _("Enter a ZIP code, a city with its State, or a State: 43215, or Columbus, OH, or Ohio.")
    return _("We do not know this place. Enter a ZIP code, a city with its State, or a State: 43215, or Columbus, OH, or Ohio.")


def headline(found: Found, wanted: Wanted) -> str:
    """How many centers there are, and where."""
    count = len(found.results)
    if wanted.near is None:
        where = STATES[wanted.state]
        return _n("%(num)d center in %(where)s", "%(num)d centers in %(where)s", count, where=where)
    if wanted.within is None:
        return _n("%(num)d center, from %(where)s", "%(num)d centers, from %(where)s", count, where=wanted.near.label)
    return _n(
        "%(num)d center within %(miles)d miles of %(where)s",
        "%(num)d centers within %(miles)d miles of %(where)s",
        count,
        miles=int(wanted.within),
        where=wanted.near.label,
    )


def result(one: Result, now: datetime, wanted: Wanted) -> Shown:
    """A center as the list shows it."""
    return Shown(
        one.listing,
        address_of(one.listing),
        _far(one.miles) if wanted.near else "",
        beds_where_known(one.listing, now),
        line(one.listing),
        [_(choice.ask) for choice in one.unknown],
        checked(one.listing, now),
    )


def center(listing: Listing, now: datetime) -> Shown:
    """A center as a list shows it that nobody looks at from a place."""
    return Shown(listing, address_of(listing), "", beds_where_known(listing, now), line(listing), [], checked(listing, now))


def _far(miles: float | None) -> str:
    if miles is None:
        return _("distance not known")
    return _n("about %(num)d mile away", "about %(num)d miles away", max(round(miles), 1))


def line(listing: Listing) -> str:
    """What is known, in one line; whom it serves only comes first."""
    only = [_(term.label) for term in ONLY if listing.answer(term.code) is Answer.YES]
    says = [_(browsing.BY_CODE[code].says) for code in _FIRST if browsing.BY_CODE[code].answer(listing) is Answer.YES]
    return " · ".join([*only, *says])


def only(listing: Listing) -> str:
    """Whom alone it serves; "" where that is not known."""
    return "; ".join(_(term.label) for term in ONLY if listing.answer(term.code) is Answer.YES)


Grouped = dict[str, list[str]]


def known(listing: Listing) -> tuple[list[str], Grouped, Grouped]:
    """What is known to be so; and what is known not to be so, and what nobody has said, by group."""
    answers = [(choice, choice.answer(listing)) for choice in browsing.CHOICES]
    only = [_(term.label) for term in ONLY if listing.answer(term.code) is Answer.YES]
    return (
        [*only, *(_(choice.says) for choice, answer in answers if answer is Answer.YES)],
        _grouped([choice for choice, answer in answers if answer is Answer.NO]),
        _grouped([choice for choice, answer in answers if answer is Answer.UNKNOWN]),
    )


def _grouped(choices: list[Choice]) -> Grouped:
    titles = {"stay": _("Kind of place"), "treats": _("Treatment"), "pays": _("Payment"), "serves": _("For whom")}
    by_group = {title: [_(one.label) for one in choices if one.group == group] for group, title in titles.items()}
    return {title: labels for title, labels in by_group.items() if labels}


def more(listing: Listing) -> list[str]:
    """What else is known to be so, in the words of the field."""
    return [_(term.label) for group in TERM_GROUPS if group != "only" for term in BY_GROUP[group] if listing.says(term.code)]


def excluded(listing: Listing) -> list[str]:
    """Whom it is known to refuse."""
    return [_(term.label) for term in BY_GROUP["excludes"] if listing.says(term.code)]


def questions(listing: Listing) -> list[str]:
    """What to ask on the telephone: of the beds, then what nobody has said, then what may stand in the way."""
    unknown = [browsing.BY_CODE[code] for code in _ASKED if browsing.BY_CODE[code].answer(listing) is Answer.UNKNOWN]
    open_questions = [_(choice.ask) for choice in unknown]
    return [sheet().say("questions.bed"), *open_questions, sheet().say("questions.payment"), sheet().say("questions.reason")]


def beds(listing: Listing, now: datetime) -> str:
    """What was last said of its beds, with its time; that nobody knows where that is older than a day."""
    clock = told.zone_of(listing)
    report = told.stands(listing, now)
    status = {"status": frozen_report(report, clock) if report else None}
    return capital(Teller(sheet(), now.astimezone(clock)).status(status))


def beds_where_known(listing: Listing, now: datetime) -> str:
    """The same, for a list: "" where nobody said anything for a day."""
    return beds(listing, now) if told.stands(listing, now) else ""


def phone_line(phone: Phone) -> str:
    """Whom a number reaches."""
    return sheet().say(f"phone.{phone.kind}")


def check_that_stands(listing: Listing, now: datetime) -> Vetting:
    """The step of the checking by which families may see it."""
    return max((one for one in listing.vettings if one.at <= now and one.state in PUBLISHED), key=lambda one: one.order)


def checked(listing: Listing, now: datetime) -> str:
    """Who checked it and when: the role, never the person."""
    return _("Checked by our staff on %(day)s", day=day(check_that_stands(listing, now).at.date()))


def holds_until(listing: Listing, now: datetime) -> str:
    """Until when the check holds; "" where that was not said."""
    until = check_that_stands(listing, now).until
    return _("The check holds until %(day)s at most.", day=day(until)) if until else ""


def condition(listing: Listing, now: datetime) -> str:
    """What was still open when it was checked, as staff wrote it, in English; "" for nothing."""
    step = check_that_stands(listing, now)
    return step.because if step.state is VettingState.VETTED_WITH_CONDITIONS else ""


def confirmed(listing: Listing, today: date) -> str:
    """Whether a person confirmed the facts, and when; where nobody did, from when they are."""
    if listing.confirmed_at:
        said = _("A person confirmed facts here on %(day)s.", day=day(listing.confirmed_at))
        old = today - listing.confirmed_at > timedelta(days=CONFIRMED_DAYS)
        return said + " " + _("That is a while ago: ask again.") if old else said
    days = [fact.provenance.observed_at for fact in listing.facts.values()]
    if not days:
        return _("Nobody has confirmed these facts by phone yet.")
    return _(
        "Nobody has confirmed these facts by phone yet. They come from a survey or a register of %(day)s.", day=day(max(days))
    )
