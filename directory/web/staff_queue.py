"""What waits for staff, each with what is needed to do it on the queue's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from directory import attestation, store
from directory.attestation import Difference
from directory.duplicates import Proposal
from directory.proposing import known_proposals
from directory.public_address import short_id
from directory.upkeep import MOST, Reason, Task
from directory.vetting_file import SOON, File
from directory.vetting_items import Item
from directory.web.opened import opened
from directory.web.staff_duplicates import Row, rows
from directory.web.staff_review import Shown
from directory.web.vetting_pages import barred, may_begin, the_desk

CHECKING: Final = (Reason.ON_CASE, Reason.SUSPENDED, Reason.LAPSING)
"""Where the next step of the checking is what is to be done."""


@dataclass(frozen=True, slots=True)
class Checking:
    """The checking of a listing as far as the queue shows it: its file, whether it has to be begun, why nobody may approve."""

    file: File
    begins: bool
    barred: str

    @property
    def items(self) -> tuple[Item, ...]:
        """What is to be checked next: the first that is open, all after a complaint, else the first that ends soon."""
        file = self.file
        if file.open_items:
            return file.open_items[:1]
        if file.unanswered:
            return file.needed
        soon = (file.now + SOON).date()
        return tuple(item for item in file.needed if self._ends(item) <= soon)[:1]

    def _ends(self, item: Item) -> date:
        steps = (self.file.standing(item), *(self.file.answer(item, ask) for ask in item.asks))
        return min(step.ends for step in steps if step)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task as the queue shows it: where it stands, and what it is done with, by its reason.

    `stays` and `after` are the ways back to it and to what stands next there: see `back`.
    """

    task: Task
    at: str
    stays: str
    after: str
    checking: Checking | None = None
    contradiction: Shown | None = None
    pair: tuple[Proposal, list[Row]] | None = None
    differences: Sequence[Difference] = ()


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is decided about: contradictions by number, pairs by their ids, what centers answered by its digest."""

    contradictions: Mapping[str, Shown] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], Proposal] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def waiting(tasks: Sequence[Task], whole: bool) -> list[Waiting]:
    """The tasks in their order, each with what it is done with."""
    places, sides = [_place(task) for task in tasks], _sides()
    told = zip(tasks, places, [*places, "main"][1:], strict=True)
    shown = "all/" if whole else ""
    return [_with(sides, Waiting(task, at, f"{shown}{at}/{at}", f"{shown}{at}/{after}")) for task, at, after in told]


def _with(sides: _Sides, one: Waiting) -> Waiting:
    task = one.task
    if task.reason in CHECKING:
        return replace(one, checking=_checking(task.listing.id))
    if task.reason is Reason.CONFLICT:
        return replace(one, contradiction=sides.contradictions.get(task.about))
    if task.reason is Reason.DUPLICATE:
        pair = sides.pairs.get((task.listing.id, task.about))
        return replace(one, pair=(pair, list(rows(pair))) if pair else None)
    if task.reason is Reason.ATTESTED and task.about in sides.answers:
        return replace(one, differences=attestation.differences(task.listing, sides.answers[task.about]))
    return one


def _checking(listing_id: str) -> Checking:
    desk = the_desk()
    file = desk.file(listing_id)
    return Checking(file, may_begin(file), barred(file, desk.account.id))


def _sides() -> _Sides:
    with opened().database.reading() as connection:
        contradicted, answered = store.open_conflicts(connection, MOST), store.attestations(connection)
    found = opened().listings(sorted({one.conflict.listing_id for one in contradicted}))
    shown = [Shown(one, found[one.conflict.listing_id]) for one in contradicted if one.conflict.listing_id in found]
    return _Sides(
        {str(one.opened.number): one for one in shown},
        {one.ids: one for one in known_proposals(opened()) or ()},
        {one["digest"]: one["answers"] for one in answered},
    )


def _place(task: Task) -> str:
    """Where a task stands on the page: the same place as long as it waits."""
    return f"task-{short_id(f'{task.reason} {task.listing.id} {task.about}')}"
