"""What the directory makes of a judgement's centers, and where that is not what the judgement says."""

from collections.abc import Iterator

from directory.listing import Listing
from directory.matching import columns, explain
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Entry
from directory.matching.rank import Ranking, rank
from directory.need import Need
from directory.vocabulary import Answer
from tests.judgements.scene import Scene
from tests.judgements.told import ASIDE, ORDER, TIER, CannotRead, Center, Judgement, nearest

_MANY = 1000
BED = "admit"
_SAYS = {tier: form for form, tier in TIER.items()}


class Shown:
    """The directory's answer: the entries that are shown, in order, and who is whose second step."""

    def __init__(self, scene: Scene) -> None:
        self.need = scene.need
        self.ranking: Ranking = rank(columns.build(scene.listings), scene.need)
        rows = [int(row) for calls in (False, True) for row in self.ranking.first(_MANY, calls=calls)]
        self.rows = {self.ranking.columns.ids[self.ranking.block.positions[row]]: row for row in rows}
        by_id = {listing.id: listing for listing in scene.listings}
        self.entries = {key: explain.entry(self.ranking, row, by_id[key]) for key, row in self.rows.items()}

    def becomes(self, listing: Listing) -> str:
        """What became of a listing, in the words of the judgements."""
        entry = self.entries.get(listing.id)
        return _SAYS[entry.tier] if entry else ASIDE


def disagreements(judgement: Judgement, scene: Scene) -> Iterator[str]:
    """A sentence for each thing that is not as the judgement says."""
    _check_criteria(judgement)
    shown = Shown(scene)
    pairs = list(zip(judgement.centers, scene.listings, strict=True))
    yield from _order(pairs, shown)
    for center, listing in pairs:
        form, where = center.line.form, center.line.where
        becomes = shown.becomes(listing)
        if (form in TIER or form == ASIDE) and becomes != form:
            yield f"{where}: not “{form}” but “{becomes}” {_why(shown, listing)}"
            continue
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
    for line in center.told("reason"):
        reasons = list(rank(columns.build([listing]), shown.need).counts())
        if reasons != [line.text]:
            yield f"{line.where}: not for “{line.text}” but for {reasons}"
    entry = shown.entries.get(listing.id)
    for line in center.told("ask about"):
        asked = {finding.criterion: finding for finding in entry.findings} if entry else {}
        finding = asked.get(line.text)
        if not entry or not finding or finding.answer is not Answer.UNKNOWN or finding.ask not in entry.questions:
            yield f"{line.where}: “{line.text}” is not asked about, but: {entry.questions if entry else ASIDE}"
        elif line.text == BED and entry.questions[0] != finding.ask:
            yield f"{line.where}: the bed is not the first question, but: {entry.questions}"
    for line in center.told("do not ask about"):
        if not entry or any(finding.ask for finding in entry.findings if finding.criterion == line.text):
            yield f"{line.where}: “{line.text}” is asked about"
    for line in center.told("earns"):
        points, _, name = line.text.partition(" for ")
        earned = {finding.criterion: finding.points for finding in entry.findings} if entry else {}
        if str(earned.get(name)) != points:
            yield f"{line.where}: not {line.text} but {earned.get(name)}"
    yield from _range(center, entry)


def _range(center: Center, entry: Entry | None) -> Iterator[str]:
    for line in center.told("between"):
        found = f"{entry.low} and {entry.high}" if entry else ASIDE
        if line.text != found:
            yield f"{line.where}: not between {line.text} but {found}"


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
    return list(rank(columns.build([listing]), need).counts())


def _told(entry: Entry) -> str:
    points = ", ".join(f"{finding.criterion} {finding.points}" for finding in entry.findings if finding.of)
    asked = " ".join(entry.questions)
    return f"tier {entry.tier}, {entry.points} points ({points}){' asks: ' if asked else ''}{asked}"
