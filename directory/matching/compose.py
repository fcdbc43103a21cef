"""The list for the meeting: three options and two backups that do not hang on one office, and what it guarantees.

A bridge to medication the same day is always named beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from directory.matching import unchecked
from directory.matching.block import Block
from directory.matching.criteria import BY_NAME
from directory.matching.criterion import UNKNOWN, YES
from directory.matching.gathering import NOT_SAID
from directory.matching.rank import Ranking
from directory.matching.sifting import Sifted, sift
from directory.matching.timing import arrivals, reachable
from directory.matching.treatment import AGONISTS, substances
from directory.need import Need
from directory.spoken import either, joined, say
from directory.vocabulary import MEDICATIONS, PAYERS, label, plan_term

PRESENTED, BACKUPS = 3, 2
NEARBY_MILES: Final = 25.0
BEFORE_HOURS, AFTER_HOURS = 8, 17
_AT_ONCE: Final = 500
AGONIST_DRUGS: Final = ("methadone", "buprenorphine", "buprenorphine_xr")
BRIDGE_CRITERIA: Final = tuple(
    BY_NAME[name]
    for name in ("operating", "licence", "exclusive", "sex", "age", "pregnancy", "medication", "payment", "exclusions", "trust")
)


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Something that the list should hold; `sentence` says so where it does not, and is "" where it does."""

    name: str
    sentence: str

    @property
    def met(self) -> bool:
        """Whether the list holds it."""
        return not self.sentence


@dataclass(frozen=True, slots=True)
class Composed:
    """The rows of the ranking that are presented, in their order, and whether every guarantee is met."""

    presented: tuple[int, ...]
    backups: tuple[int, ...]
    guarantees: tuple[Guarantee, ...]


def compose(ranking: Ranking, without: Sequence[int] = ()) -> Composed:
    """The list: the best options that are independent of each other, changed where a guarantee asks for another.

    None of the rows in `without` stands on it.
    """
    free = ~ranking.call_first
    free[list(without)] = False
    chosen = _independent_of_each_other(ranking, _best_first(ranking, free))
    promises = _promises(ranking) if chosen else {}
    kept: list[str] = []
    for name, (fulfils, _) in promises.items():
        if not fulfils[chosen].any():
            chosen = _with_one(ranking, chosen, free & fulfils, [promises[other][0] for other in kept])
        if fulfils[chosen].any():
            kept.append(name)
    chosen = in_order(ranking, chosen)
    guarantees = tuple(Guarantee(name, "" if name in kept else words) for name, (_, words) in promises.items())
    return Composed(tuple(chosen[:PRESENTED]), tuple(chosen[PRESENTED:]), guarantees)


def in_order(ranking: Ranking, rows: Sequence[int]) -> list[int]:
    """A few rows in the order of the ranking."""
    ordered: list[int] = ranking.ordered(np.array(rows, dtype=np.intp), len(rows)).tolist()
    return ordered


def promised(ranking: Ranking, rows: Sequence[int]) -> tuple[Guarantee, ...]:
    """Each guarantee that applies to the need, as a list of these rows holds it."""
    promises = _promises(ranking) if rows else {}
    return tuple(Guarantee(name, "" if fulfils[list(rows)].any() else words) for name, (fulfils, words) in promises.items())


def _best_first(ranking: Ranking, wanted: NDArray[np.bool_]) -> Iterator[int]:
    """All rows that are wanted, in their order; those after the first few hundred are put in order when they are asked for."""
    rows = np.flatnonzero(wanted)
    yield from ranking.ordered(rows, _AT_ONCE).tolist()
    if len(rows) > _AT_ONCE:
        yield from ranking.ordered(rows, len(rows))[_AT_ONCE:].tolist()


def _independent_of_each_other(ranking: Ranking, rows: Iterator[int]) -> list[int]:
    """The first rows that make a whole list of which no two hang on one office."""
    chosen: list[int] = []
    for row in rows:
        if _independent(ranking, (*chosen, row)):
            chosen.append(row)
        if len(chosen) == PRESENTED + BACKUPS:
            break
    return chosen


def _independent(ranking: Ranking, rows: Iterable[int]) -> bool:
    """Whether no two rows share their organization or the number that admits."""
    positions = ranking.block.positions[list(rows)]
    for known in (ranking.columns.organization[positions], ranking.columns.number[positions]):
        said = known[known != NOT_SAID].tolist()
        if len(set(said)) < len(said):
            return False
    return True


def _with_one(ranking: Ranking, chosen: list[int], fulfils: NDArray[np.bool_], kept: Sequence[NDArray[np.bool_]]) -> list[int]:
    """The chosen rows with one more that fulfils a promise, in the place of the last whose going breaks no other promise."""
    for row in _best_first(ranking, fulfils):
        for leaving in reversed(chosen):
            changed = [*(one for one in chosen if one != leaving), row]
            if _independent(ranking, changed) and all(held[changed].any() for held in kept):
                return changed
    return chosen


def _promises(ranking: Ranking) -> dict[str, tuple[NDArray[np.bool_], str]]:
    """Each guarantee that applies to the need: the rows that fulfil it, and the sentence for when none stands on the list."""
    need, block = ranking.need, ranking.block
    told: dict[str, tuple[NDArray[np.bool_], str]] = {}
    if need.opioids:
        words = say("No option on this list is known to start or continue methadone or buprenorphine.")
        told["medication"] = (block.yes(*AGONISTS), words)
    if need.dependent_on:
        words = say("No option on this list is known to manage %(what)s withdrawal.", what=substances(need.dependent_on))
        told["withdrawal"] = (ranking.marks.answered("withdrawal") == YES, words)
    if need.payer:
        payer, without = need.plan or PAYERS[need.payer], say("No option on this list is known to treat for free.")
        words = say("Nobody has confirmed %(payer)s for any option on this list, and none is free.", payer=payer)
        told["payment"] = (_paid(ranking), without if need.payer in ("uninsured", "self_pay") else words)
    if need.near and need.travel == "nearer":
        told["near"] = (block.miles <= NEARBY_MILES, _nearest(ranking))
    if need.language:
        speaks = f"language.{need.language}"
        words = say(
            "No option on this list is known to have somebody who speaks %(language)s.", language=label(speaks).inside()
        )
        told["language"] = (block.yes(speaks), words)
    ends = need.meeting_ends.astimezone(need.as_of.tzinfo) if need.meeting_ends else None
    if ends and not BEFORE_HOURS <= ends.hour < AFTER_HOURS:
        told["after_hours"] = (
            ranking.beds.reachable == YES,
            say("No option on this list is known to admit after the meeting."),
        )
    return told


def _paid(ranking: Ranking) -> NDArray[np.bool_]:
    need, block = ranking.need, ranking.block
    paid = block.yes("payer.free")
    if need.payer and f"payer.{need.payer}" != "payer.uninsured":
        paid = paid | block.said_by_a_person(f"payer.{need.payer}")
    return paid | block.yes(plan_term(need.plan)) if plan_term(need.plan) else paid


def _nearest(ranking: Ranking) -> str:
    options = ranking.block.miles[~ranking.call_first]
    known = options[~np.isnan(options)]
    within = f"{NEARBY_MILES:.0f}"
    if not len(known):
        return say("No option on this list is within %(within)s miles.", within=within)
    nearest = f"{known.min():.0f}"
    return say(
        "No option on this list is within %(within)s miles; the nearest of all is %(nearest)s miles away.",
        within=within,
        nearest=nearest,
    )


class Bridge(NamedTuple):
    """A place that gives the medication: where it stands, its miles, and what to ask before anybody goes there.

    Asked is what is not known of it, and whether it starts the medication today.
    """

    position: int
    miles: float
    questions: tuple[str, ...]


def bridges(ranking: Ranking, limit: int, besides: Iterable[int] = (), listed: Iterable[int] = ()) -> list[Bridge]:
    """Places that give the medication, for when the answer is no: any setting, best first, one for each number that admits.

    Those that start it on the first day come first, then those that need no bed for it, then those where the person arrives
    inside the hours, then the nearer.
    Rows in `besides` are told of already; where there is no bridge but those, it is one that is not `listed`.
    """
    need = ranking.need
    if not need.opioids:
        return []
    gives = ranking.everyone.yes(*bridge_terms(need)) & ~ranking.everyone.yes("moud.must_stop")
    found = sift(ranking.everyone.keep(gives.nonzero()[0]), need, BRIDGE_CRITERIA)
    block, order = found.block, _bridges_in_order(found.block, need)
    told = (ranking.block.positions[list(rows)] for rows in (besides, listed))
    rows = next(filter(None, (_apart(block, order, some)[:limit] for some in told)), [])
    same_day = block.yes("moud.same_day")
    return [
        Bridge(int(block.positions[row]), float(block.miles[row]), _questions(found, row, need, bool(same_day[row])))
        for row in rows
    ]


def _bridges_in_order(block: Block, need: Need) -> NDArray[np.intp]:
    there, _ = reachable(block, arrivals(block, need))
    ranks = block.columns.id_rank[block.positions]
    without_a_bed = block.yes("moud.otp", "setting.outpatient", "setting.outpatient_medication")
    return np.lexsort((ranks, block.miles, -there, ~without_a_bed, ~block.yes("moud.same_day")))


def _apart(block: Block, order: NDArray[np.intp], told: NDArray[np.intp]) -> list[int]:
    """The rows that are not told of, the first of each number that admits."""
    left = order[~np.isin(block.positions[order], told)]
    _, first = np.unique(block.columns.number[block.positions[left]], return_index=True)
    apart: list[int] = left[np.sort(first)].tolist()
    return apart


def _questions(found: Sifted, row: int, need: Need, same_day: bool) -> tuple[str, ...]:
    unknown = [one for one, answer in zip(found.marks.criteria, found.marks.answers[:, row], strict=True) if answer == UNKNOWN]
    today = () if same_day else (say("Can the medication begin today?"),)
    return tuple(dict.fromkeys((*today, *(criterion.ask(need) for criterion in unknown if criterion.name not in _ALIKE))))


_ALIKE: Final = ("licence", "exclusive", "operating")
"""What is not known of nearly anybody: asked where somebody is to stay, not for a first dose."""


def bridge_terms(need: Need) -> tuple[str, ...]:
    """The terms of which a bridge has one: it continues what the person takes, else starts what is wanted, else starts any."""
    taken, wanted = (tuple(drug for drug in drugs if drug in AGONIST_DRUGS) for drugs in (need.taking, need.wants))
    role = "continue" if taken else "start"
    return tuple(f"moud.{drug}_{role}" for drug in taken or wanted or AGONIST_DRUGS)


def no_bridge(need: Need) -> str:
    """The sentence for when none is known."""
    terms = bridge_terms(need)
    role = terms[0].rpartition("_")[2]
    named = [MEDICATIONS[drug] for drug in AGONIST_DRUGS if f"moud.{drug}_{role}" in terms]
    drugs = joined(named if len(named) < len(AGONIST_DRUGS) else named[:2], either)
    if need.vetted_only and role == "continue":
        return unchecked.no_bridge(
            say("No place within reach that we have checked is known to continue %(drugs)s.", drugs=drugs)
        )
    if need.vetted_only:
        return unchecked.no_bridge(say("No place within reach that we have checked is known to start %(drugs)s.", drugs=drugs))
    if role == "continue":
        return say("No place within reach is known to continue %(drugs)s.", drugs=drugs)
    return say("No place within reach is known to start %(drugs)s.", drugs=drugs)
