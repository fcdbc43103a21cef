"""What the page of a listing says of its beds, hours, license and vetting, and of everything that is known of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from directory.availability import ATTEMPTS, FOR_EVERYBODY, Bucket, Report
from directory.hours import DAY_NAMES, DAYS, Hours, read_clock
from directory.listing import Fact, Listing, Provenance
from directory.matching.arrival import Way
from directory.matching.beds import standing_for
from directory.matching.wording import PEOPLE, attempts_in_words, bed_in_words, day, hour
from directory.need import Need
from directory.normalize import PRACTICAL
from directory.spoken import Spoken, beside, count, joined, listed, say
from directory.vocabulary import (
    BY_GROUP,
    GROUPS,
    LEVELS,
    TERMS,
    Answer,
    BedState,
    Channel,
    Group,
    Term,
    VettingState,
    is_plan,
    label,
)

CHANNELS: Final = {
    Channel.CALL: say("by telephone"),
    Channel.PORTAL: say("by the center, on its own page here"),
    Channel.SMS: say("by text message"),
    Channel.IMPORT: say("in a file that was imported"),
    Channel.REFERRAL: say("after a referral"),
}
VETTING: Final = {
    VettingState.NEW: say("Nobody here has checked this center yet"),
    VettingState.IN_REVIEW: say("We are checking it now"),
    VettingState.VETTED: say("Checked by us"),
    VettingState.VETTED_WITH_CONDITIONS: say("Checked by us, with conditions"),
    VettingState.SUSPENDED: say("Suspended: nobody may be sent there"),
    VettingState.REJECTED: say("Rejected: nobody may be sent there"),
    VettingState.LAPSED: say("Our check of it is over"),
}
IMPORTANT: Final = (
    "status.operating", "withdrawal.opioid", "withdrawal.alcohol", "withdrawal.benzodiazepine", "moud.methadone_start",
    "moud.methadone_continue", "moud.buprenorphine_start", "moud.buprenorphine_continue", "moud.must_stop", "sex.female",
    "sex.male", "age.child", "age.young_adult", "age.adult", "age.senior", "accepts.pregnant", "payer.medicaid",
    "payer.medicare", "payer.private", "payer.sliding_scale",
)  # fmt: skip
_FIRST: Final = ("payer", "sex", "age", "accepts", "only", "withdrawal", "moud", "setting", "level")
"""The groups that decide whether somebody is admitted; the others are folded away."""

_CLOSED: Final = say("closed")
Facts = list[tuple[Group, list[tuple[Term, Fact]]]]


@dataclass(frozen=True, slots=True)
class Told:
    """A report, or an attempt to get one, in words: what was said, for whom, how and by whom."""

    what: str
    whom: str
    how: str
    attempt: bool


def zone_of(listing: Listing) -> tzinfo:
    """The clock by which its times are told; that of UTC where its own is not known."""
    return ZoneInfo(listing.timezone) if listing.timezone else UTC


def history(listing: Listing, now: datetime) -> list[Told]:
    """Every report about its beds and every attempt to get one, newest first."""
    here = now.astimezone(zone_of(listing))
    need, way = Need(as_of=here), Way(None, None, here)
    told = []
    for report in sorted(listing.reports, key=lambda one: one.order, reverse=True):
        attempt = report.state in ATTEMPTS
        plain = replace(report.beside or report if report.state is BedState.HELD else report, bucket=FOR_EVERYBODY)
        said = attempts_in_words(replace(listing, reports=(report,)), need, way) if attempt else bed_in_words(plain, need, way)
        how = say("%(channel)s, %(by)s", channel=CHANNELS[report.channel], by=report.recorded_by)
        told.append(Told(said, "" if plain.state is BedState.HELD else _whom(report.bucket), how, attempt))
    return told


def _whom(bucket: Bucket) -> str:
    parts = (
        PEOPLE[bucket.sex] if bucket.sex else "",
        label(f"age.{bucket.age}").lower() if bucket.age else "",
        LEVELS[bucket.level] if bucket.level else "",
        {True: say("publicly paid"), False: say("not publicly paid"), None: ""}[bucket.funded],
    )
    return joined(parts, beside)


def stands(listing: Listing, now: datetime) -> Report | None:
    """The report that stands for anybody at all; None where none of the last 24 hours does."""
    return standing_for(listing, Need(as_of=now))


def weekly(hours: Hours) -> list[tuple[str, str]]:
    """Hours in words, days that are alike together: Monday to Friday, 8:00 am to 10:00 pm."""
    if hours.always:
        return [(say("Every day"), say("day and night"))]
    by_day: dict[int, str] = dict.fromkeys(range(7), _CLOSED)
    for rule in str(hours).split("; "):
        days, _, times = rule.partition(" ")
        by_day |= dict.fromkeys(_days(days), _times(times))
    rows: list[tuple[str, str]] = []
    for words, several in groupby(by_day.items(), key=lambda pair: pair[1]):
        numbers = [day for day, _ in several]
        first, last = DAY_NAMES[numbers[0]], DAY_NAMES[numbers[-1]]
        rows.append((first if first == last else say("%(first)s to %(last)s", first=first, last=last), words))
    return rows


def _days(written: str) -> Iterator[int]:
    first, _, last = written.partition("-")
    yield from range(DAYS.index(first), DAYS.index(last or first) + 1)


def _times(written: str) -> str:
    return _CLOSED if written == _CLOSED else joined(map(_span, written.split(",")), listed)


def _span(written: str) -> Spoken:
    opens, _, closes = written.partition("-")
    return say("%(opens)s to %(closes)s", opens=clock(opens), closes=clock(closes))


def clock(written: str) -> Spoken:
    """A canonical time of day in words: 21:00 is 9:00 pm, and 24:00 midnight."""
    if written in ("00:00", "24:00"):
        return say("midnight")
    minutes = read_clock(written)
    return hour(datetime(2000, 1, 1, minutes // 60, minutes % 60, tzinfo=UTC))


def vetted(listing: Listing, at: datetime) -> Spoken:
    """How far it is checked at a moment."""
    return VETTING[listing.vetting(at)]


def vetting(listing: Listing, now: datetime) -> str:
    """How far it is checked, since when, and until when that holds."""
    words = vetted(listing, now)
    taken = [one for one in listing.vettings if one.at <= now]
    if not taken:
        return words
    since, until = day(taken[-1].at.astimezone(zone_of(listing))), taken[-1].until
    if until is None:
        return say("%(vetting)s (%(since)s)", vetting=words, since=since)
    return say("%(vetting)s (%(since)s, until %(until)s)", vetting=words, since=since, until=day(until))


def licence(listing: Listing) -> str:
    """Its license's number, last day and beds, and what is said of it."""
    said = {Answer.YES: say("in force"), Answer.NO: say("not in force"), Answer.UNKNOWN: ""}
    told = (
        said[listing.answer("status.licensed")],
        say("number %(number)s", number=listing.licence_number) if listing.licence_number else "",
        say("until %(day)s", day=day(listing.licence_expires)) if listing.licence_expires else "",
        count("%(num)d bed", "%(num)d beds", listing.capacity) if listing.capacity else "",
    )
    return joined(told, listed)


def practical(listing: Listing) -> list[tuple[str, str, Provenance | None]]:
    """What everybody must know before leaving: what it is called, what was said of it, and by whom and when."""
    known = listing.practical
    return [(called, known[name], listing.said_by.get(name)) for name, called in PRACTICAL.items() if name in known]


def facts_by_group(listing: Listing) -> tuple[Facts, Facts]:
    """Everything known of a listing, a group at a time, known yeses first: what decides an admission, and the rest."""
    by_code = {group.code: group for group in GROUPS}
    order = [by_code[code] for code in _FIRST] + [group for group in GROUPS if group.code not in _FIRST]
    told = [(group, _facts(group, listing)) for group in order]
    decisive = [(group, facts) for group, facts in told if facts and group.code in _FIRST]
    return decisive, [(group, facts) for group, facts in told if facts and group.code not in _FIRST]


def _facts(group: Group, listing: Listing) -> list[tuple[Term, Fact]]:
    plans = sorted(code for code in listing.facts if is_plan(code)) if group.code == "payer" else []
    terms = [*(Term(code, label(code), group.code) for code in plans), *BY_GROUP[group.code]]
    facts = [(term, listing.facts[term.code]) for term in terms if term.code in listing.facts]
    return sorted(facts, key=lambda pair: pair[1].answer is not Answer.YES)


def speaker(listing: Listing) -> Provenance | None:
    """Who said everything that is known of a listing, where it was one source on one day."""
    voices = {(f.provenance.source, f.provenance.kind, f.provenance.observed_at): f.provenance for f in listing.facts.values()}
    return next(iter(voices.values())) if len(voices) == 1 else None


def not_known(listing: Listing, now: datetime) -> list[str]:
    """The important things of which nothing is known."""
    beside = {
        say("Whether a bed is open today"): stands(listing, now) is not None,
        say("Its intake hours"): listing.intake_hours is not None,
        say("Whether its license is in force"): bool(listing.licence_expires or "status.licensed" in listing.facts),
    }
    asked: list[str] = [TERMS[code].label for code in IMPORTANT if listing.answer(code) is Answer.UNKNOWN]
    return [words for words, known in beside.items() if not known] + asked
