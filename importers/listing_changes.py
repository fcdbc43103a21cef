"""What a line of listings changes and what it contradicts, told as for every other source. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Final, Self

from directory.availability import kept
from directory.conflicts import Conflict
from directory.listing import Statement
from directory.normalize import COORDINATES
from directory.resolve import NOTHING_SINCE, Said, Since, as_one, standing
from directory.review import Saying
from directory.store import Recorded
from directory.vocabulary import PERSONAL
from importers import differences
from importers.differences import NOT_SAID, Change, Changes, FieldChange
from importers.listing_line import withheld, without_street

_PLACED: Final = ("city", "state_province", "postal_code")


class Tally:
    """What came of lines: what they change, how many say nothing new, and what they contradict."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.changes = Changes(most)
        self.unchanged = 0
        self.conflicts = 0
        self.contradictions: list[Conflict] = []

    @property
    def lines(self) -> int:
        """How many there were."""
        return self.changes.counts.total() + self.unchanged

    def with_all_of(self, other: Self) -> Self:
        """The same together with what came of other lines."""
        self.changes.include(other.changes)
        self.unchanged += other.unchanged
        self.contradicts(other.contradictions)
        self.conflicts += other.conflicts - len(other.contradictions)
        return self

    def contradicts(self, opened: Sequence[Conflict]) -> None:
        """Count contradictions, and keep the first."""
        self.conflicts += len(opened)
        self.contradictions += opened[: self._most - len(self.contradictions)]


@dataclass(frozen=True, slots=True)
class Taken:
    """A line that is taken: where it stands, what was recorded before, what it adds, and what is recorded then.

    `joins` are the listings that it merges into its own.
    """

    where: str
    before: Recorded
    new: Recorded
    after: Recorded
    joins: Sequence[str] = field(default=())

    @property
    def says_anything(self) -> bool:
        """Whether it says what was not there."""
        return bool(self.new.said or self.new.since != NOTHING_SINCE or self.joins or not self.before.said)


# --- what it changes -------------------------------------------------------------------------------------------------


def change(taken: Taken) -> Change:
    """What a line does to its listing, as the directory has it: of a withheld address without its street."""
    after = _whole(taken.after)
    if not taken.before.said:
        return differences.new(after)
    before = _whole(taken.before, withheld(taken.after.said))
    if before.withdrawn != after.withdrawn:
        return differences.gone(after) if after.withdrawn else differences.new(after)
    told = differences.changed(before, after)
    fields = (*told.fields, *_since(taken.before.since, taken.after.since), *_joined(taken))
    return replace(told, fields=fields or (_more(taken),))


def _whole(recorded: Recorded, hidden: bool = False) -> Statement:
    told = as_one(recorded.listing_id, recorded.said)
    return replace(told, values=without_street(told)) if hidden or told.values.get("confidential") else told


def _since(before: Since, after: Since) -> Iterator[FieldChange]:
    """What is the newest report about beds, and the newest step of vetting; how many there are where those stay."""
    yield from _newest(("beds", "reports about beds"), _reports(before), _reports(after))
    yield from _newest(("vetting", "steps of vetting"), _steps(before), _steps(after))


def _reports(since: Since) -> list[str]:
    ordered = sorted(kept(since.reports), key=lambda report: report.order)
    return [f"{_words(one.state)} ({one.observed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)" for one in ordered]


def _steps(since: Since) -> list[str]:
    return [f"{_words(one.state)} ({one.at.date()})" for one in sorted(since.vettings, key=lambda step: step.order)]


def _words(state: str) -> str:
    return state.replace("_", " ")


def _newest(called: tuple[str, str], before: Sequence[str], after: Sequence[str]) -> Iterator[FieldChange]:
    if before[-1:] != after[-1:]:
        yield FieldChange(called[0], *(ones[-1] if ones else NOT_SAID for ones in (before, after)))
    elif len(before) != len(after):
        yield FieldChange(called[1], str(len(before)), str(len(after)))


def _joined(taken: Taken) -> Iterator[FieldChange]:
    if taken.joins:
        yield FieldChange("merged into it", NOT_SAID, ", ".join(taken.joins))


def _more(taken: Taken) -> FieldChange:
    """What is told of a line by which nothing that stands becomes another."""
    return FieldChange("statements", str(len(taken.before.said)), str(len(taken.after.said)))


# --- what it contradicts ---------------------------------------------------------------------------------------------


def sayings(taken: Taken) -> list[Saying]:
    """What a line says that will stand, each with what was recorded before where a person is among those who said it."""
    added = {one.order for one in taken.new.said}
    stand = {one.order for one in standing(taken.after.said)}
    personal = any(map(_personal, taken.before.said))
    before = tuple(one for one in taken.before.said if one.order in stand or not _personal(one)) if personal else ()
    whole, hidden = as_one(taken.after.listing_id, taken.after.said), withheld(taken.after.said)
    new = [one for one in taken.new.said if one.order in added & stand]
    return [Saying(_placed(one.statement, whole, hidden), before, new if before else ()) for one in new]


def _personal(one: Said) -> bool:
    return one.statement.provenance.kind in PERSONAL


def _placed(new: Statement, whole: Statement, hidden: bool) -> Statement:
    """Coordinates beside the listing's own ZIP code; those of a person are right, and withheld ones nobody's."""
    if new.point is None:
        return new
    if hidden or new.provenance.kind in PERSONAL:
        return replace(new, values={name: value for name, value in new.values.items() if name not in COORDINATES})
    return replace(new, values={name: whole.values[name] for name in _PLACED} | dict(new.values))


def told_of_places(taken: Taken, told: Sequence[Saying]) -> list[Statement]:
    """What of it says where the listing is, under the line's number; nothing where that is withheld."""
    spoken = [one.new for one in told if one.new.values.keys() & {*_PLACED, *COORDINATES}]
    if not spoken or withheld(taken.after.said):
        return []
    whole = as_one(taken.after.listing_id, taken.after.said)
    by, where = replace(whole.provenance, reference=taken.where), {name: whole.values[name] for name in _PLACED}
    return [replace(one, values=where | dict(one.values), provenance=by) for one in spoken]
