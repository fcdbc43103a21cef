"""A whole list read one listing at a time: where each ends, in which order, and what follows a unit for withdrawal."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from directory.listing import Listing
from directory.need import Need
from directory.vocabulary import BedState
from tests.oracle import arrival, beds, care, gates
from tests.oracle.verdict import Verdict

TIMELESS = (
    gates.operating, gates.licence, gates.setting, gates.treats, gates.exclusive, gates.sex, gates.age, gates.pregnancy,
    gates.exclusions, gates.must, gates.trust, care.medication, care.withdrawal, care.level, care.payment,
)  # fmt: skip


@dataclass(frozen=True)
class Pace:
    """How fast somebody travels in a straight line, how much longer the road is, and minutes to get ready."""

    mph: float = 45.0
    road_factor: float = 1.0
    ready: float = 0.0


USUAL_PACE = Pace()


def judge(listing: Listing, need: Need, pace: Pace = USUAL_PACE, relevance: float = 0.0) -> Verdict:
    """Everything that can be said of one listing without looking at another."""
    verdict = Verdict(listing, need)
    arrival.travel(verdict, pace.mph, pace.road_factor, pace.ready)
    for criterion in TIMELESS:
        criterion(verdict)
    gates.preferences(verdict, relevance)
    beds.admit(verdict)
    return verdict


@dataclass(frozen=True)
class Whole:
    """The answer to one need: each listing's verdict and tier ("" when set aside), the order, the second steps."""

    verdicts: Mapping[str, Verdict]
    tiers: Mapping[str, str]
    options: tuple[str, ...]
    calls: tuple[str, ...]
    steps: Mapping[str, str | None]
    counts: Mapping[str, int]


def read(
    listings: Iterable[Listing], need: Need, pace: Pace = USUAL_PACE, relevance: Mapping[str, float] | None = None
) -> Whole:
    """The whole answer. `steps` names what follows each listing that is a unit for withdrawal alone.

    What follows is asked for without the dependence, which is still what the person uses: it stays the same case.
    """
    listings, fits = list(listings), relevance or {}
    verdicts = {one.id: judge(one, need, pace, fits.get(one.id, 0.0)) for one in listings}
    after = replace(need, dependent_on=(), substances=(*need.substances, *need.dependent_on))
    following = [judge(one, after, pace, fits.get(one.id, 0.0)) for one in listings]
    following = sorted(filter(_may_follow, following), key=_as_second_step)
    steps = {
        key: next((one.listing.id for one in following if one.listing.id != key), None)
        for key, verdict in verdicts.items()
        if verdict.unit_only
    }
    tiers = {key: _tier(verdict, steps.get(key)) for key, verdict in verdicts.items()}
    order = sorted((key for key in verdicts if tiers[key]), key=lambda key: (tiers[key], *_in_tier(verdicts[key])))
    return Whole(
        verdicts,
        tiers,
        tuple(key for key in order if tiers[key] != "D"),
        tuple(key for key in order if tiers[key] == "D"),
        steps,
        Counter(verdict.aside for verdict in verdicts.values() if verdict.aside),
    )


def _tier(verdict: Verdict, step: str | None) -> str:
    if verdict.aside:
        return ""
    if verdict.call_first:
        return "D"
    if not verdict.ready or (verdict.unit_only and not step):
        return "C"
    return "B" if verdict.unit_only else "A"


def _in_tier(verdict: Verdict) -> tuple[object, ...]:
    """Inside a tier: a distance that nobody knows stands last, then points, then what decides between equal ones."""
    return _unplaced(verdict), -verdict.total, *verdict.ties


def _unplaced(verdict: Verdict) -> bool:
    need = verdict.need
    return need.near is not None and need.travel != "any" and verdict.miles is None


def _may_follow(verdict: Verdict) -> bool:
    """Whether it is sure to be fit for after a unit, tonight's bed apart; who is closed to new people is not."""
    report = beds.standing(verdict.listing, verdict.need)
    closed = report is not None and report.state is BedState.CLOSED_TO_INTAKE
    return not (verdict.reasons - {"admit"} or verdict.doubts - {"admit"} or closed) and verdict.level_met


def _as_second_step(verdict: Verdict) -> tuple[object, ...]:
    """Houses without a unit of their own, then the best in points; tonight's bed is left out of them and of the questions."""
    verdict.asks.discard("admit")
    unit = bool(verdict.yes & {"setting.residential_withdrawal", "setting.inpatient_withdrawal"})
    return unit, _unplaced(verdict), -(verdict.total - verdict.points["admit"]), *verdict.ties
