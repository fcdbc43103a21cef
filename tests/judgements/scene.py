"""The person and the centers of a judgement, made from its phrases."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from directory.availability import Report
from directory.listing import Fact, Listing, Vetting
from directory.need import Need
from directory.vocabulary import Answer, BedState, Channel, VettingState, is_term
from tests.builders import a_listing, a_provenance
from tests.judgements import moments
from tests.judgements.phrases import CENTER, PERSON, PLACES, USUAL, Book, Changes
from tests.judgements.told import Center, Judgement

FOR_THE_PERSON: Final = "whoever calls for the person"


@dataclass(frozen=True)
class Scene:
    """The need of a judgement, its listings in the order of its lines, and the phrases that it is made of."""

    need: Need
    listings: tuple[Listing, ...]
    used: set[tuple[str, str]]


def scene(judgement: Judgement) -> Scene:
    """What a judgement speaks of. The earlier a line, the later its id, so that no order is right by its ids alone."""
    book = Book(moments.now("Friday 18:00"))
    need = _need(book, judgement)
    listings = [_listing(book, center, f"center:{900 - at}") for at, center in enumerate(judgement.centers)]
    holds = {(one.id, told.observed_at) for one in listings for told in one.reports if told.recorded_by == FOR_THE_PERSON}
    return Scene(replace(need, holds=frozenset(holds)), tuple(listings), book.used)


def _need(book: Book, judgement: Judgement) -> Need:
    told: dict[str, Any] = {}
    for line in (USUAL, *judgement.when):
        for changes in book.read(PERSON, line):
            book.now = changes.get("as_of", book.now)
            for key, value in changes.items():
                told[key.lstrip("+")] = (*told.get(key[1:], ()), *value) if key.startswith("+") else value
    return Need(**told)


def _listing(book: Book, center: Center, key: str) -> Listing:
    draft = _Draft(book, {"id": key, "timezone": PLACES["Columbus"]["timezone"]})
    draft.take(book.read(CENTER, center.line))
    return draft.listing()


@dataclass
class _Draft:
    """A listing while its phrases are read: a later phrase wins over an earlier one."""

    book: Book
    fields: dict[str, Any]
    facts: dict[str, Answer] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    vettings: list[Vetting] = field(default_factory=list)

    def take(self, told: Iterable[Changes]) -> None:
        takers = {"report": self._report, "bed": self._bed, "vetting": self._vetting}
        for changes in told:
            for key, value in changes.items():
                if key in (*Answer,):
                    self.facts |= dict.fromkeys(value, Answer(key))
                elif key in takers:
                    takers[key](value)
                else:
                    self.fields[key] = value

    def _report(self, told: dict[str, Any]) -> None:
        state = BedState(told["state"])
        rest = {key: value for key, value in told.items() if key != "state"}
        by = {"channel": Channel.CALL, "recorded_by": FOR_THE_PERSON if state is BedState.HELD else "a test"}
        self.reports.append(Report(state, **(by | rest)))

    def _bed(self, told: dict[str, Any]) -> None:
        """For whom the beds are that the last report spoke of."""
        last = self.reports.pop()
        self.reports.append(replace(last, bucket=replace(last.bucket, **told)))

    def _vetting(self, told: dict[str, Any]) -> None:
        at = self.book.now - timedelta(days=30 - len(self.vettings))
        self.vettings.append(Vetting(VettingState(told["state"]), at, "a test", told.get("until")))

    def listing(self) -> Listing:
        unheard_of = [code for code in self.facts if not is_term(code)]
        if unheard_of:
            raise KeyError(f"{unheard_of} are not terms of directory/vocabulary.toml")
        known = {code: Fact(answer, a_provenance()) for code, answer in self.facts.items() if answer is not Answer.UNKNOWN}
        reports = tuple(sorted(self.reports, key=lambda report: report.order))
        return a_listing(facts=known, reports=reports, vettings=tuple(self.vettings), **self.fields)
