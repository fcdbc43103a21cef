"""Values in the words of people, for templates."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flask import Flask
from markupsafe import Markup, escape

from directory import directions, paper
from directory.listing import Phone
from directory.matching.beds import BASES, FRESHNESS, HOUR, WAITS
from directory.matching.criteria import BY_NAME
from directory.matching.criterion import WEIGHTS
from directory.matching.sifting import weights_for
from directory.matching.wording import day, hour
from directory.need import Need
from directory.search.generations import Generation
from directory.spoken import Spoken, capital, count, say
from directory.vocabulary import TREATMENT_LINE, Answer, BedState
from directory.web import said_with
from directory.web.clock import now
from directory.web.language import sheet, speak
from directory.web.told import vetted as how_far_checked

_CLOCK: Final = re.compile(r"(?<=\d) (?=[ap]m\b)")
_KEYS: Final = ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
_KEYPAD: Final = {letter: str(2 + at) for at, letters in enumerate(_KEYS) for letter in letters}
BED_STATES: Final = {
    BedState.HELD: say("a bed held until the arrival"),
    BedState.OPEN: say("beds open"),
    BedState.LIMITED: say("few beds, or a hold that ends before the arrival"),
    BedState.WALK_IN: say("people taken as they come"),
    BedState.ASSESS_FIRST: say("assessment first, then a bed"),
    BedState.FULL: say("full"),
    BedState.CLOSED_TO_INTAKE: say("closed to new people"),
}
OURS: Final = {
    "attestations": say("Attestations"),
    "calls": say("Calls"),
    "geocoder": say("Geocoder"),
    "staff": say("Staff"),
}
"""What our own sources are called."""
ANSWERS: Final = {Answer.YES: say("Yes"), Answer.NO: say("No"), Answer.UNKNOWN: say("Unknown")}


def register(app: Flask, source_titles: Mapping[str, str]) -> None:
    """Teach the templates these words."""

    def source_title(source: str) -> str:
        return source_titles.get(source) or OURS.get(source) or source.replace("_", " ").capitalize()

    app.jinja_env.filters |= {
        "day": day, "clock": clock, "machine_hour": machine_hour, "tel": tel, "dial": dial, "capital": capital,
        "source": source_title, "tier": paper.tier_in_words, "told": told, "unbroken": unbroken, "sentence": sentence,
        "ended": ended, "percent": percent, "address": directions.address_of, "directions": directions.directions_to,
        "with_number": with_number, "on_pages": said_with.on_pages,
    }  # fmt: skip
    app.jinja_env.globals |= {
        "PHONE_KINDS": paper.PHONE_KINDS, "distance": paper.distance,
        "bridge": paper.bridge_in_words, "MARKS": {Answer.YES: "✓", Answer.NO: "–", Answer.UNKNOWN: "?"},
        "ANSWERS": ANSWERS, "planned": planned, "vetted": how_far_checked,
        "SAID_WITH": said_with.FIELDS,
    }  # fmt: skip


def planned(as_of: datetime | None) -> str:
    """That a list is planned for a moment to come; "" where it is for now."""
    to_come = as_of is not None and as_of > now()
    return sheet().say("page.planned", time=sheet().full_moment(as_of)) if as_of and to_come else ""


def clock(when: datetime) -> Spoken:
    """March 13, 2026, 6:30 pm."""
    return say("%(day)s, %(hour)s", day=day(when), hour=hour(when))


def machine_hour(when: datetime) -> str:
    """14:05 UTC, by the clock of this machine."""
    return f"{when.astimezone():%H:%M %Z}"


def unbroken(words: str) -> str:
    """Words with each time of day in one piece."""
    return _CLOCK.sub("\u00a0", speak(words))


def told(words: str) -> str:
    """The same, as a sentence begins."""
    return unbroken(capital(str(speak(words))))


def sentence(words: str) -> str:
    """The same with its full stop."""
    return ended(told(words))


def ended(words: str) -> str:
    """Words with one full stop; a Spanish time of day brings its own."""
    spoken = str(speak(words))
    return spoken if spoken.endswith((".", "?")) else f"{spoken}."


def percent(share: float) -> str:
    """A share in hundredths: 70 %."""
    return f"{round(share * 100)}\u00a0%"


def tel(phone: Phone) -> str:
    """What a telephone link dials: +16145550101;ext=12."""
    country = "+1" if len(phone.number) == 10 else ""
    return f"tel:{country}{phone.number}" + (f";ext={phone.extension}" if phone.extension else "")


def with_number(words: str) -> Markup:
    """A sentence in which the number of the helpline for treatment, where it stands there, is a link that dials it."""
    link = Markup('<a class="number" href="{}">{}</a>').format(dial(TREATMENT_LINE), TREATMENT_LINE)
    return escape(speak(words)).replace(escape(TREATMENT_LINE), link)


def dial(helpline: str) -> str:
    """What a helpline's link dials: 1-800-662-HELP (4357) is tel:+18006624357."""
    digits = re.sub(r"\D", "", "".join(_KEYPAD.get(letter, letter) for letter in helpline.partition("(")[0]))
    return f"tel:+{digits}" if len(digits) == 11 else f"tel:{digits}"


def demonstration(generation: Generation, kept: dict[str, Any]) -> bool:
    """Whether the directory holds the demonstration's listings; looked up once a generation."""
    known = kept.get("demonstration")
    if known is None or known[0] != generation.counter:
        known = generation.counter, any(paper.is_invented(key) for key in generation.columns.ids)
        kept["demonstration"] = known
    return bool(known[1])


def weights(need: Need) -> list[tuple[Spoken, int, int]]:
    """The points of each criterion for a need, beside the usual ones."""
    return [(BY_NAME[name].title, points, WEIGHTS[name]) for name, points in weights_for(need).items()]


def bases() -> list[tuple[Spoken, float]]:
    """What each state of the beds is worth while it is fresh, best first."""
    told = [(BED_STATES[state], worth) for state, worth in BASES.items() if state is not BedState.WAITLIST]
    told += [(say("a waiting list of at most %(time)s", time=_length(hours)), worth) for hours, worth in WAITS]
    told.append((say("a longer waiting list, or one that nobody measured"), BASES[BedState.WAITLIST]))
    return sorted(told, key=lambda pair: -pair[1])


def _length(hours: int) -> Spoken:
    if hours <= 24:
        return count("%(num)d hour", "%(num)d hours", hours)
    return count("%(num)d day", "%(num)d days", hours // 24)


def freshness() -> list[tuple[Spoken, float]]:
    """How much a report counts at its age."""
    return [(count("up to %(num)d hour old", "up to %(num)d hours old", age // HOUR), worth) for age, worth in FRESHNESS]
