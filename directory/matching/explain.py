"""Why a listing stands where it stands: a finding for each criterion, in sentences, made only for the few that are shown."""

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from directory.listing import Listing, Provenance
from directory.matching.arrival import STRAIGHT, Pace, Way, way
from directory.matching.beds import standing_for
from directory.matching.criteria import CRITERIA
from directory.matching.criterion import ANSWERS, CALL_FIRST, NEUTRAL, Criterion
from directory.matching.rank import Ranking
from directory.matching.wording import attempts_in_words, bed_in_words, intake_in_words
from directory.need import Need
from directory.vocabulary import Answer


class Finding(NamedTuple):
    """One criterion's answer for one listing, the points it earned, the sentence, and who said so when."""

    criterion: str
    title: str
    answer: Answer
    points: int
    of: int
    because: str
    ask: str
    source: str
    observed_at: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A listing as it is shown. Points are whole and add up; `reason` is why it was set aside, or "".

    `bed` and `intake` say what is known of its beds and of the arrival there, `then` is the program that would follow in a
    plan of two steps, and `first_if` what would have to be confirmed for it to stand first.
    """

    listing: Listing
    way: Way
    tier: str
    points: int
    low: int
    high: int
    findings: tuple[Finding, ...]
    questions: tuple[str, ...] = ()
    reason: str = ""
    bed: str = ""
    intake: str = ""
    then: Listing | None = None
    first_if: tuple[str, ...] = ()

    @property
    def miles(self) -> float | None:
        """Straight miles; None where they are not known."""
        return self.way.miles


def entry(ranking: Ranking, row: int, listing: Listing) -> Entry:
    """An option or a listing to call first, with every finding. `row` is its row in the ranking's block."""
    need = ranking.need
    there = way(listing, need, float(ranking.block.miles[row]), ranking.block.pace)
    findings = tuple(
        _finding(marks.criterion, need, listing, (ANSWERS[marks.answers[row]], int(marks.earned[row]), marks.of), there)
        for marks in ranking.marks
    )
    low, high = ranking.low_and_high(row)
    return Entry(
        listing=listing,
        way=there,
        tier=ranking.tier(row),
        points=int(ranking.total[row]),
        low=low,
        high=high,
        findings=findings,
        questions=tuple(dict.fromkeys(finding.ask for finding in _by_urgency(need, findings) if finding.ask)),
        bed=bed(listing, need, there),
        intake=intake_in_words(listing, there),
    )


def bed(listing: Listing, need: Need, there: Way) -> str:
    """What is known of its beds, and whether anybody tried to ask since."""
    told = (bed_in_words(standing_for(listing, need), need, there), attempts_in_words(listing, need, there))
    return "; ".join(filter(None, told))


def apart(listing: Listing, need: Need, miles: float, tier: str = "", pace: Pace = STRAIGHT) -> Entry:
    """A listing that stands beside the order, such as a bridge, with what is known of its beds and hours."""
    there = way(listing, need, miles, pace)
    return Entry(listing, there, tier, 0, 0, 0, (), bed=bed(listing, need, there), intake=intake_in_words(listing, there))


def set_aside(criterion: Criterion, need: Need, listing: Listing, miles: float, pace: Pace = STRAIGHT) -> Entry:
    """A listing that one criterion ruled out, with that one reason."""
    told = apart(listing, need, miles, pace=pace)
    finding = _finding(criterion, need, listing, (Answer.NO, 0, criterion.points), told.way)
    return replace(told, findings=(finding,), reason=finding.because)


def _by_urgency(need: Need, findings: tuple[Finding, ...]) -> list[Finding]:
    """The bed first, then what could harm, then the rest; the order of a call sheet."""
    order = {
        c.name: (c.name != "admit", not (need.taking and c.name == "medication"), c.on_unknown != CALL_FIRST) for c in CRITERIA
    }
    return sorted(findings, key=lambda finding: order[finding.criterion])


def _finding(criterion: Criterion, need: Need, listing: Listing, marks: tuple[Answer, int, int], there: Way) -> Finding:
    answer, points, of = marks
    if not criterion.asked(need):
        return Finding(criterion.name, criterion.title, answer, points, of, "not asked: the same for all", "", "", None)
    said = _said(criterion, need, listing, answer)
    asks = answer is Answer.UNKNOWN and criterion.on_unknown != NEUTRAL
    return Finding(
        criterion=criterion.name,
        title=criterion.title,
        answer=answer,
        points=points,
        of=of,
        because=criterion.because(listing, need, answer, there),
        ask=criterion.ask(need) if asks else "",
        source=said.source if said else "",
        observed_at=said.observed_at if said else None,
    )


def _said(criterion: Criterion, need: Need, listing: Listing, answer: Answer) -> Provenance | None:
    """Who said what the answer leans on: the first of the criterion's terms with that answer, else the first known one."""
    if criterion.name == "travel":
        return listing.said_by.get("postal_code") if answer is not Answer.UNKNOWN else None
    if answer is Answer.UNKNOWN:
        return None
    known = [listing.facts[code] for code in criterion.terms(need) if code in listing.facts]
    telling = next((fact for fact in known if fact.answer is answer), known[0] if known else None)
    return telling.provenance if telling else None
