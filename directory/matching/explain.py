"""Why a listing stands where it stands: a finding for each criterion, in sentences, made only for the few that are shown."""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from directory.listing import Listing, Provenance
from directory.matching.arrival import STRAIGHT, Pace, Way, way
from directory.matching.beds import standing_for
from directory.matching.criterion import ANSWERS, Put
from directory.matching.rank import CALL, Ranking
from directory.matching.wording import attempts_in_words, bed_in_words, clock_of, intake_in_words, moment
from directory.need import Need
from directory.spoken import Spoken, beside, joined, say
from directory.vocabulary import Answer, label


class Finding(NamedTuple):
    """One criterion's answer for one listing, the points it earned, the sentence, and who said so when."""

    criterion: str
    title: Spoken
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


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told beside the findings: the program that would follow, and what would put the listing first."""

    then: Listing | None = None
    first_if: tuple[str, ...] = ()


_NOTHING: Final = Beside()
_NOT_ASKED: Final = say("not asked: the same for all")


def entry(ranking: Ranking, row: int, listing: Listing, beside: Beside = _NOTHING) -> Entry:
    """An option or a listing to call first, with every finding. `row` is its row in the ranking's block."""
    need, there = ranking.need, ranking.way(row, listing)
    told = ranking.told(row)
    findings = tuple(
        _finding(put, need, listing, (ANSWERS[one.answer], one.earned, one.of), there)
        for put, one in zip(ranking.put, told, strict=True)
    )
    tier, (low, high) = ranking.tier(row), ranking.low_and_high(row)
    asks = dict.fromkeys((_still(tier, need, there), *(findings[at].ask for at in ranking.urgency), _speaks(listing, need)))
    asks.pop("", None)
    return Entry(
        listing=listing,
        way=there,
        tier=tier,
        points=int(ranking.total[row]),
        low=low,
        high=high,
        findings=findings,
        questions=tuple(asks),
        bed=bed(listing, need, there),
        intake=intake_in_words(listing, need, there),
        then=beside.then,
        first_if=beside.first_if,
    )


def _still(tier: str, need: Need, there: Way) -> str:
    """The first question to who has said that there is a bed: whether it is still there, and held."""
    if tier == CALL:
        return ""
    today = need.as_of.astimezone(clock_of(need, there)).date()
    if there.arrives is None:
        return say("Is the bed still there, and will you hold it?")
    return say("Is the bed still there, and will you hold it until %(when)s?", when=moment(there.arrives, today))


def _speaks(listing: Listing, need: Need) -> str:
    """A language that is wanted and that nobody said is spoken there is asked about, though it decides nothing."""
    code = f"language.{need.language}"
    if need.language is None or listing.says(code):
        return ""
    return say("Does somebody there speak %(language)s, also at night?", language=label(code).inside())


def bed(listing: Listing, need: Need, there: Way) -> str:
    """What is known of its beds, and whether anybody tried to ask since."""
    told = (bed_in_words(standing_for(listing, need), need, there), attempts_in_words(listing, need, there))
    return joined(told, beside)


def apart(listing: Listing, need: Need, miles: float, tier: str = "", pace: Pace = STRAIGHT) -> Entry:
    """A listing that stands beside the order, such as a bridge, with what is known of its beds and hours."""
    there = way(listing, need, miles, pace)
    return Entry(listing, there, tier, 0, 0, 0, (), bed=bed(listing, need, there), intake=intake_in_words(listing, need, there))


def set_aside(put: Put, need: Need, listing: Listing, miles: float, pace: Pace = STRAIGHT) -> Entry:
    """A listing that one criterion ruled out, with that one reason."""
    there = way(listing, need, miles, pace)
    finding = _finding(put, need, listing, (Answer.NO, 0, put.criterion.points), there)
    told, hours = bed(listing, need, there), intake_in_words(listing, need, there)
    return Entry(listing, there, "", 0, 0, 0, (finding,), reason=finding.because, bed=told, intake=hours)


def _finding(put: Put, need: Need, listing: Listing, marks: tuple[Answer, int, int], there: Way) -> Finding:
    criterion, (answer, points, of) = put.criterion, marks
    if not put.asked:
        return Finding(criterion.name, criterion.title, answer, points, of, _NOT_ASKED, "", "", None)
    said = _said(put, listing, answer)
    return Finding(
        criterion.name,
        criterion.title,
        answer,
        points,
        of,
        criterion.because(listing, need, answer, there),
        put.question if answer is Answer.UNKNOWN else "",
        said.source if said else "",
        said.observed_at if said else None,
    )


def _said(put: Put, listing: Listing, answer: Answer) -> Provenance | None:
    """Who said what the answer leans on: the first of the criterion's terms with that answer, else the first known one."""
    if answer is Answer.UNKNOWN:
        return None
    if put.criterion.name == "travel":
        return listing.said_by.get("postal_code")
    first: Provenance | None = None
    for code in put.terms:
        fact = listing.facts.get(code)
        if fact and fact.answer is answer:
            return fact.provenance
        first = first or (fact.provenance if fact else None)
    return first
