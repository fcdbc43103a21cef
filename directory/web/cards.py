"""What stands on the page of the list, and in which order: computed here, so that the template only writes it down."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from directory import paper
from directory.answered import Answered
from directory.further import FURTHER_SHOWN, narrowed, worth_adding
from directory.listing import Listing
from directory.matching.compose import BACKUPS, PRESENTED
from directory.matching.criteria import BY_NAME, CRITERIA
from directory.matching.criterion import CALL_FIRST
from directory.matching.explain import Entry, Finding
from directory.matching.facets import CHOICES
from directory.matching.gathering import folded
from directory.need import Need
from directory.public_address import short_id
from directory.spoken import say
from directory.vocabulary import Answer, label
from directory.web import kept_list
from directory.web.told import vetted

_SHOWN_ELSEWHERE: Final = ("travel", "admit", "trust", "preferences")


@dataclass(frozen=True, slots=True)
class Card:
    """An entry under its number, with what the page says of it.

    `twin` tells of an entry above with the same number or organization, `voice` is the one source and day behind all
    findings, `why` holds the findings with those that the need says nothing about last. `then_above` is the number above
    under which the second step of its plan stands, or 0. `vetting` and `then_vetting` say how far both are checked here.
    """

    number: int
    entry: Entry
    tier: str
    place: str
    vetting: str
    twin: str
    wish: str
    telling: tuple[Finding, ...]
    voice: tuple[str, date | None] | None
    why: tuple[Finding, ...]
    then_above: int
    then_vetting: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A further must-have that can be ticked, with what it would leave."""

    code: str
    label: str
    ticked: bool
    counts: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cards in the order of the page: the list, the calls that it still needs, the other options, the other calls."""

    presented: tuple[Card, ...]
    backups: tuple[Card, ...]
    calls: tuple[Card, ...]
    others: tuple[Card, ...]
    later: tuple[Card, ...]

    @property
    def numbers(self) -> dict[str, int]:
        """The number under which each listing stands."""
        parts = (self.presented, self.backups, self.calls, self.others, self.later)
        return {card.entry.listing.id: card.number for part in parts for card in part}


def sheet(answered: Answered) -> Sheet:
    """The cards for an answer, numbered through."""
    listed = answered.presented()
    presented = [entry for entry in listed if entry.listing.id in answered.meeting.presented]
    backups = listed[len(presented) :]
    on_it = {entry.listing.id for entry in listed}
    others = [entry for entry in answered.options if entry.listing.id not in on_it]
    needed = PRESENTED + BACKUPS - len(listed) if len(presented) < PRESENTED else 0
    calls, later = answered.call_first[:needed], answered.call_first[needed:]
    parts = (presented, backups, calls, others, later)
    numbered = iter(list(_cards([entry for part in parts for entry in part], answered)))
    return Sheet(*(tuple(next(numbered) for _ in part) for part in parts))


def _cards(entries: Iterable[Entry], answered: Answered) -> Iterator[Card]:
    numbers: dict[str, int] = {}
    names: dict[str, int] = {}
    above: dict[str, int] = {}
    asked = {criterion.name for criterion in CRITERIA if criterion.asked(answered.need)}
    for number, entry in enumerate(entries, start=1):
        findings = [finding for finding in entry.findings if finding.criterion in asked]
        rest = [finding for finding in entry.findings if finding.of and finding.criterion not in asked]
        yield Card(
            number=number,
            entry=entry,
            tier=paper.tier_in_words(entry.tier),
            place=say("%(town)s · %(distance)s", town=entry.listing.address.place, distance=paper.distance(entry)),
            vetting=vetted(entry.listing, answered.need.as_of),
            twin=_twin(entry.listing, number, numbers, names),
            wish=paper.would_be_first(entry, answered),
            telling=tuple(telling(entry, answered.need, asked)),
            voice=one_voice(entry),
            why=(*findings, *rest),
            then_above=above.get(entry.then.id, 0) if entry.then else 0,
            then_vetting=vetted(entry.then, answered.need.as_of) if entry.then else "",
        )
        above[entry.listing.id] = number


def _twin(listing: Listing, number: int, numbers: dict[str, int], names: dict[str, int]) -> str:
    """Whether an entry above answers the same telephone or is of the same organization: calling twice wastes time."""
    phone = listing.phone.number if listing.phone else ""
    same_number = numbers.setdefault(phone, number) if phone else number
    same_name = names.setdefault(folded(listing.organization), number)
    if same_number != number:
        return say("Same admissions number as no. %(number)d", number=same_number)
    return say("Same organization as no. %(number)d", number=same_name) if same_name != number else ""


def telling(entry: Entry, need: Need, asked: Collection[str]) -> list[Finding]:
    """The two best reasons to call, and the doubts that must be settled first (three at most), of those that differ."""
    said = [finding for finding in entry.findings if finding.criterion in asked and finding.criterion not in _SHOWN_ELSEWHERE]
    best = sorted((f for f in said if f.answer is Answer.YES), key=lambda f: -f.points)[:2]
    dangers = sorted((f for f in said if _weighs(f, entry.listing, need)), key=lambda f: (not _gate(f, need), -f.of))
    return best + dangers[: max(1, min(3, sum(_gate(f, need) for f in dangers)))]


def _gate(finding: Finding, need: Need) -> bool:
    continuing = finding.criterion == "medication" and bool(need.taking)
    return continuing or BY_NAME[finding.criterion].on_unknown == CALL_FIRST


def _weighs(finding: Finding, listing: Listing, need: Need) -> bool:
    """Whether a doubt is worth a line: it costs points, nobody may go before it is asked, or the center speaks of it."""
    if finding.answer is Answer.YES:
        return False
    return bool(finding.of) or _gate(finding, need) or listing.says(*BY_NAME[finding.criterion].terms(need))


def one_voice(entry: Entry) -> tuple[str, date | None] | None:
    """The source and day behind all findings, where they are one; what nobody said does not count."""
    voices = {(finding.source, finding.observed_at) for finding in entry.findings if finding.source}
    return next(iter(voices)) if len(voices) == 1 else None


def named_below(answered: Answered, shown: Sheet) -> bool:
    """Whether a center that was asked for by name stands below the list and its calls, in what the page folds."""
    below = {card.entry.listing.id for card in (*shown.others, *shown.later)}
    return any(entry.listing.id in below for entry in answered.named)


def to_keep(answered: Answered, shown: Sheet) -> list[str]:
    """What stands for the centers of the page, in their order, where somebody keeps them on a list: also those of a bridge."""
    bridges = [entry.listing.id for entry in answered.bridges if entry.listing.id not in shown.numbers]
    room = kept_list.MOST - len(bridges)
    return [short_id(key) for key in (*list(shown.numbers)[:room], *bridges)]


def narrowing(answered: Answered) -> tuple[list[Choice], list[Choice], list[str]]:
    """The must-haves that stand and the most telling further ones; the other further ones; those that would leave nothing."""
    standing = [Choice(code, label(code), True, "") for code in answered.need.must if code in CHOICES]
    offered = [Choice(facet.code, label(facet.code), False, narrowed(facet)) for facet in worth_adding(answered)]
    none: list[str] = [label(facet.code) for facet in answered.facets if not facet.leaves]
    return standing + offered[:FURTHER_SHOWN], offered[FURTHER_SHOWN:], none
