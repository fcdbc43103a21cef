"""Values in the words of people, for templates."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from flask import Flask

from directory import paper
from directory.listing import Fact, Listing, Phone, PhoneKind, Provenance
from directory.matching.criteria import BY_NAME
from directory.matching.criterion import CALL_FIRST
from directory.matching.explain import Entry, Finding
from directory.need import Need
from directory.vocabulary import GROUPS, HELPLINES, SAFETY, Answer, Group, Term

PHONE_KINDS: Final = {PhoneKind.INTAKE: "intake line", PhoneKind.MAIN: "main number"}
_KEYS: Final = ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
_KEYPAD: Final = {letter: str(2 + at) for at, letters in enumerate(_KEYS) for letter in letters}
_SHOWN_ELSEWHERE: Final = ("travel", "admit", "trust", "preferences")
IMPORTANT: Final = (
    "status.operating", "withdrawal.opioid", "withdrawal.alcohol", "withdrawal.benzodiazepine", "moud.methadone_start",
    "moud.methadone_continue", "moud.buprenorphine_start", "moud.buprenorphine_continue", "moud.must_stop", "sex.female",
    "sex.male", "age.child", "age.young_adult", "age.adult", "age.senior", "accepts.pregnant", "payer.medicaid",
    "payer.medicare", "payer.private", "payer.sliding_scale",
)  # fmt: skip


def register(app: Flask, source_titles: Mapping[str, str]) -> None:
    """Teach the templates these words."""

    def source_title(source: str) -> str:
        return source_titles.get(source) or source.replace("_", " ").capitalize()

    app.jinja_env.filters |= {"day": day, "clock": clock, "tel": tel, "dial": dial, "capital": capital, "source": source_title}
    app.jinja_env.globals |= {
        "HELPLINES": HELPLINES, "SAFETY": SAFETY, "PHONE_KINDS": PHONE_KINDS, "distance": paper.distance, "telling": telling,
        "one_voice": one_voice,
    }  # fmt: skip


def day(when: date) -> str:
    """March 13, 2026."""
    return f"{when:%B} {when.day}, {when.year}"


def clock(when: datetime) -> str:
    """March 13, 2026, 6:30 pm."""
    return f"{day(when)}, {when.hour % 12 or 12}:{when:%M} {'pm' if when.hour >= 12 else 'am'}"


def capital(words: str) -> str:
    """The words with their first letter a capital and the others as they are."""
    return words[:1].upper() + words[1:]


def tel(phone: Phone) -> str:
    """What a telephone link dials: +16145550101;ext=12."""
    country = "+1" if len(phone.number) == 10 else ""
    return f"tel:{country}{phone.number}" + (f";ext={phone.extension}" if phone.extension else "")


def dial(helpline: str) -> str:
    """What a helpline's link dials: 1-800-662-HELP (4357) is tel:+18006624357."""
    digits = re.sub(r"\D", "", "".join(_KEYPAD.get(letter, letter) for letter in helpline.partition("(")[0]))
    return f"tel:+{digits}" if len(digits) == 11 else f"tel:{digits}"


def telling(entry: Entry, need: Need) -> list[Finding]:
    """The two best reasons to call, and the doubts that must be settled first (three at most), of those that differ."""
    said = [f for f in entry.findings if f.criterion not in _SHOWN_ELSEWHERE and BY_NAME[f.criterion].asked(need)]
    best = sorted((f for f in said if f.answer is Answer.YES), key=lambda f: -f.points)[:2]
    dangers = sorted((f for f in said if _weighs(f, entry.listing, need)), key=lambda f: (not _gate(f, need), -f.of))
    return best + dangers[: max(1, min(3, sum(_gate(f, need) for f in dangers)))]


def _gate(finding: Finding, need: Need) -> bool:
    continuing = finding.criterion == "medication" and bool(need.taking)
    return continuing or BY_NAME[finding.criterion].on_unknown == CALL_FIRST


def _weighs(finding: Finding, listing: Listing, need: Need) -> bool:
    """Whether a doubt is worth a line: it costs points, nobody may go before it is asked, or the center speaks of it."""
    if finding.answer is Answer.YES:
        return False
    return bool(finding.of) or _gate(finding, need) or listing.says(*BY_NAME[finding.criterion].terms(need))


def one_voice(entry: Entry) -> tuple[str, date | None] | None:
    """The source and day behind all findings, where they are one; what nobody said does not count."""
    voices = {(finding.source, finding.observed_at) for finding in entry.findings if finding.source}
    return next(iter(voices)) if len(voices) == 1 else None


def facts_by_group(listing: Listing) -> list[tuple[Group, list[tuple[Term, Fact]]]]:
    """Everything known of a listing, a group at a time, known yeses first."""
    told = []
    for group in GROUPS:
        facts = [(term, listing.facts[term.code]) for term in group.terms if term.code in listing.facts]
        facts.sort(key=lambda pair: pair[1].answer is not Answer.YES)
        if facts:
            told.append((group, facts))
    return told


def speaker(listing: Listing) -> Provenance | None:
    """Who said everything that is known of a listing, where it was one source on one day."""
    voices = {(f.provenance.source, f.provenance.kind, f.provenance.observed_at): f.provenance for f in listing.facts.values()}
    return next(iter(voices.values())) if len(voices) == 1 else None


def not_known(listing: Listing) -> list[Term]:
    """The important terms of which nothing is known."""
    terms = {term.code: term for group in GROUPS for term in group.terms}
    return [terms[code] for code in IMPORTANT if listing.answer(code) is Answer.UNKNOWN]
