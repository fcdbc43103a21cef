"""What the directory makes of a judgement's centers, and where that is not what the judgement says."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from directory.listing import Listing
from directory.matching import explain
from directory.matching.assembling import columns_of
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Entry
from directory.matching.rank import Ranking, rank
from directory.need import Need
from tests.judgements.scene import Scene
from tests.judgements.told import ASIDE, ORDER, SECOND, TIER, CannotRead, Center, Judgement, nearest

_MANY: Final = 1000
BED: Final = "admit"
_SAYS: Final = {tier: form for form, tier in TIER.items()}


class Shown:
    """The directory's answer: the entries that are shown, in order, and who is whose second step."""

    def __init__(self, scene: Scene) -> None:
        self.need = scene.need
        self.ranking: Ranking = rank(columns_of(scene.listings), scene.need)
        rows = [int(row) for calls in (False, True) for row in self.ranking.first(_MANY, calls=calls)]
        self.rows = {self.ranking.columns.ids[self.ranking.block.positions[row]]: row for row in rows}
        by_id = {listing.id: listing for listing in scene.listings}
        self.entries = {key: explain.entry(self.ranking, row, by_id[key]) for key, row in self.rows.items()}

    def becomes(self, listing: Listing) -> str:
        """What became of a listing, in the words of the judgements."""
        entry = self.entries.get(listing.id)
        return _SAYS[entry.tier] if entry else ASIDE

    def second_step(self, listing: Listing) -> str | None:
        """The id of the listing that follows this one in a plan."""
        position = self.ranking.second_step(self.rows[listing.id])
        return None if position is None else self.ranking.columns.ids[position]


def disagreements(judgement: Judgement, scene: Scene) -> Iterator[str]:
    """A sentence for each thing that is not as the judgement says."""
    _check_criteria(judgement)
    shown = Shown(scene)
    pairs = list(zip(judgement.centers, scene.listings, strict=True))
    yield from _order(pairs, shown)
    plan: Listing | None = None
    for center, listing in pairs:
        form, where = center.line.form, center.line.where
        becomes = shown.becomes(listing)
        if (form in TIER or form == ASIDE) and becomes != form:
            yield f"{where}: not “{form}” but “{becomes}” {_why(shown, listing)}"
            continue
        if form == SECOND and (plan is None or shown.second_step(plan) != listing.id):
            yield f"{where}: it is not the second step of the plan"
        plan = listing if form == "step one" else plan
        yield from _more(center, listing, shown)


def _order(pairs: list[tuple[Center, Listing]], shown: Shown) -> Iterator[str]:
    expected = [listing.id for center, listing in pairs if center.line.form in ORDER]
    stands = [key for key in shown.entries if key in expected]
    if stands != expected:
        lines = {listing.id: center.line for center, listing in pairs}
        for key in stands:
            yield f"{lines[key].where}: {_told(shown.entries[key])} — {lines[key].text}"
        yield from (f"{lines[key].where}: is set aside — {lines[key].text}" for key in expected if key not in stands)


def _more(center: Center, listing: Listing, shown: Shown) -> Iterator[str]:
    """What the lines after a center's own say: a reason, questions, points."""
    entry = shown.entries.get(listing.id)
    for line in center.more:
        if line.form == "reason":
            reasons = _reasons(shown.need, listing)
            wrong = "" if reasons == [line.text] else f"but {reasons}"
        else:
            wrong = _OF_SHOWN[line.form](line.text, entry) if entry else f"but {ASIDE}"
        if wrong:
            yield f"{line.where}: not “{line.form}: {line.text}” {wrong}"


def _asks(name: str, entry: Entry) -> str:
    """The question of a criterion; that about the bed comes before all others."""
    asked = next(finding.ask for finding in entry.findings if finding.criterion == name)
    first = name != BED or entry.questions[:1] == (asked,)
    return "" if asked and asked in entry.questions and first else f"but {entry.questions}"


def _asks_not(name: str, entry: Entry) -> str:
    return "but it asks" if any(finding.ask for finding in entry.findings if finding.criterion == name) else ""


def _earns(told: str, entry: Entry) -> str:
    points, _, name = told.partition(" for ")
    earned = next(finding.points for finding in entry.findings if finding.criterion == name)
    return "" if points == str(earned) else f"but {earned}"


def _between(told: str, entry: Entry) -> str:
    found = f"{entry.low} and {entry.high}"
    return "" if told == found else f"but {found}"


_OF_SHOWN: Final[Mapping[str, Callable[[str, Entry], str]]] = {
    "ask about": _asks,
    "do not ask about": _asks_not,
    "earns": _earns,
    "between": _between,
}
"""For what is said of a center that is shown: what is so instead, or ""."""


def _check_criteria(judgement: Judgement) -> None:
    """Every criterion that is named is one; raises `CannotRead` with the nearest ones."""
    for line in (line for center in judgement.centers for line in center.more if line.form != "between"):
        name = line.text.partition(" for ")[2] if line.form == "earns" else line.text
        if name not in BY_NAME:
            raise CannotRead(f"{line.where}: no criterion is called “{name}”; nearest: {nearest(name, tuple(BY_NAME))}")


def _why(shown: Shown, listing: Listing) -> str:
    entry = shown.entries.get(listing.id)
    return f"({_told(entry)})" if entry else f"({', '.join(_reasons(shown.need, listing))})"


def _reasons(need: Need, listing: Listing) -> list[str]:
    return list(rank(columns_of([listing]), need).counts())


def _told(entry: Entry) -> str:
    points = ", ".join(f"{finding.criterion} {finding.points}" for finding in entry.findings if finding.of)
    asked = " ".join(entry.questions)
    return f"tier {entry.tier}, {entry.points} points ({points}){' asks: ' if asked else ''}{asked}"
