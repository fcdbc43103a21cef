"""What a criterion is: one object that filters, scores and explains, for one listing or for a million."""

import tomllib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from directory.availability import Report
from directory.listing import Fact, Listing, Provenance
from directory.matching.arrival import Way
from directory.matching.block import Block
from directory.need import Need
from directory.spoken import Spoken, say
from directory.vocabulary import Answer, SourceKind

with Path(__file__).with_name("weights.toml").open("rb") as _file:
    _TOLD = tomllib.load(_file)
WEIGHTS_VERSION: Final[int] = _TOLD["version"]
WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(_TOLD["points"])

NO, UNKNOWN, YES = 0, 1, 2
ANSWERS: Final = (Answer.NO, Answer.UNKNOWN, Answer.YES)
UNSTATED: Final = 0.35

SET_ASIDE: Final = say("set aside")
FEWER_POINTS: Final = say("fewer points")
CALL_FIRST: Final = say("call first")
ASK: Final = say("ask")
NEUTRAL: Final = say("neutral")


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion's answers (NO, UNKNOWN, YES) for the listings of a block, and what follows from them.

    `shares` (0 to 1) are of its points, `rules_out` marks those to be set aside, `call_first` those that nobody may be sent
    to before a call. `low` and `high` are the shares if all that is unknown turned out badly, or well. None stands for all
    the points, for nobody, and for nothing and everything where the answer is unknown.
    """

    answers: NDArray[np.int8]
    shares: NDArray[np.float64] | None = None
    rules_out: NDArray[np.bool_] | None = None
    call_first: NDArray[np.bool_] | None = None
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None

    def __getitem__(self, rows: NDArray[np.intp]) -> "Judged":
        """The same for the listings in these rows."""
        told = (self.answers, self.shares, self.rules_out, self.call_first, self.low, self.high)
        return Judged(*[None if one is None else one.take(rows) for one in told])  # type: ignore[arg-type]


class Criterion(ABC):
    """A check of a listing against a need."""

    name: ClassVar[str]
    title: ClassVar[Spoken]
    on_no: ClassVar[str] = SET_ASIDE
    on_unknown: ClassVar[str] = CALL_FIRST

    @property
    def points(self) -> int:
        """The most points that it gives; 0 for a mere gate."""
        return WEIGHTS.get(self.name, 0)

    @property
    def description(self) -> Spoken:
        """What the criterion checks, for everybody."""
        return say(" ".join((type(self).__doc__ or "").split()))

    def asked(self, need: Need) -> bool:
        """Whether the need says anything that this criterion could check."""
        return True

    @abstractmethod
    def judge(self, block: Block, need: Need) -> Judged:
        """The answer and the share of the points for each listing of the block."""

    @abstractmethod
    def because(self, listing: Listing, need: Need, answer: Answer, way: Way) -> str:
        """The sentence for a person; ends without a full stop."""

    def ask(self, need: Need) -> str:
        """What to ask the center where the answer is unknown."""
        return ""

    def terms(self, need: Need) -> tuple[str, ...]:
        """The terms that the answer leans on, most telling first."""
        return ()

    def confirmed(self, listing: Listing, need: Need, way: Way) -> Listing:
        """The listing as it would be if somebody confirmed, at the moment of the need, all that is asked about it here."""
        by = Provenance("", SourceKind.STAFF_CALL, "", need.as_of.date(), "")
        yes, no = self.hopes(need)
        answers = dict.fromkeys(yes, Fact(Answer.YES, by)) | dict.fromkeys(no, Fact(Answer.NO, by))
        report = self.hoped_report(need, way)
        return replace(listing, facts={**listing.facts, **answers}, reports=(*listing.reports, *((report,) if report else ())))

    def hoped_report(self, need: Need, way: Way) -> Report | None:
        """The report about its beds that would have to be given for the best answer; no other criterion looks at reports."""
        return None

    def hopes(self, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The terms that would have to be known yeses, and known noes, for the best answer."""
        return (), ()

    def wish(self, need: Need) -> str:
        """What would have to be confirmed, in words that follow “if”: “Medicaid were confirmed”."""
        return say("“%(what)s” were confirmed", what=self.title.lower())

    def by(
        self, answers: NDArray[np.int8], shares: NDArray[np.float64] | None, low: NDArray[np.float64] | None = None
    ) -> Judged:
        """Judged as this criterion usually does: a no and an unknown have the consequences that its page states."""
        return Judged(
            answers,
            shares,
            rules_out=answers == NO if self.on_no == SET_ASIDE else None,
            call_first=answers == UNKNOWN if self.on_unknown == CALL_FIRST else None,
            low=low,
        )

    def gate(self, no: NDArray[np.bool_], yes: NDArray[np.bool_]) -> Judged:
        """Judged by two masks, a no before a yes; a yes earns all the points, an unknown the share of what is unstated."""
        answers = three(no, yes)
        return self.by(answers, _USUAL_SHARES[answers] if self.points else None)


@dataclass(frozen=True, slots=True)
class Put:
    """A criterion as it is put for one need: whether it is asked, what to ask a center where it is open, what it leans on,
    and what would have to be known for the best answer.
    """

    criterion: Criterion
    asked: bool
    question: str
    terms: tuple[str, ...]
    hopes: tuple[tuple[str, ...], tuple[str, ...]]

    @classmethod
    def to(cls, criterion: Criterion, need: Need) -> Self:
        """A criterion for this need."""
        if not criterion.asked(need):
            return cls(criterion, False, "", (), ((), ()))
        question = criterion.ask(need) if criterion.on_unknown != NEUTRAL else ""
        return cls(criterion, True, question, criterion.terms(need), criterion.hopes(need))


_USUAL_SHARES: Final = np.array([0.0, UNSTATED, 1.0])


def three(no: NDArray[np.bool_], yes: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Answers from two masks: no where the first holds, else yes where the second does, else unknown."""
    answers = np.add(yes, UNKNOWN, dtype=np.int8)
    answers[no] = NO
    return answers


def first_true(shares: list[tuple[NDArray[np.bool_], float]], otherwise: float) -> NDArray[np.float64]:
    """The share of the first mask that holds, for each listing."""
    told = np.empty(len(shares[0][0]))
    told.fill(otherwise)
    for mask, share in reversed(shares):
        np.putmask(told, mask, share)
    return told
