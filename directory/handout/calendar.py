"""The hand-out's clocks as a calendar file: when to call again, until when a bed is held, when to be there."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import icalendar

from directory.handout.facts import one_line
from directory.handout.sheet import Sheet, Told, sheet
from directory.handout.snapshot import Snapshot

_WARNED: Final = timedelta(minutes=-15)
_LASTS: Final = timedelta(minutes=10)
_KINDS: Final = ("call_again_by", "hold_until", "arrive_by")


def calendar(snapshot: Snapshot, language: str = "en") -> bytes:
    """A calendar file with an event for each clock of each option; nothing in it says whom it is for."""
    told = sheet(snapshot, language)
    book = icalendar.Calendar()
    book.add("prodid", "-//referral directory//hand-out//EN")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    for one in told.listed:
        for kind, when in _clocks(one):
            book.add_component(_event(told, one, kind, when))
    written: bytes = book.to_ical()
    return written


def _clocks(one: Told) -> Iterator[tuple[str, datetime]]:
    """The clocks that are known; of those that end at one moment, the last."""
    known = one.data | {"hold_until": (one.data["status"] or {}).get("hold_until", "")}
    by_moment = {datetime.fromisoformat(known[kind]).astimezone(UTC): kind for kind in _KINDS if known[kind]}
    for when, kind in by_moment.items():
        yield kind, when


def _event(told: Sheet, one: Told, kind: str, when: datetime) -> icalendar.Event:
    say = told.words.say
    words = f"{one.number}. {say(f'calendar.{kind}', name=one_line(one.name, 120))}"
    event = icalendar.Event()
    event.add("uid", _uid(told, one, kind))
    event.add("dtstamp", datetime.fromisoformat(told.snapshot["made_at"]).astimezone(UTC))
    event.add("dtstart", when)
    event.add("dtend", when + _LASTS)
    event.add("summary", words)
    note = say("calendar.note", phone=one_line(one.phone), time=told.as_of)
    event.add("description", f"{told.planned} {note}".strip())
    if one.street:
        event.add("location", one_line(one.street, 200))
    event.add_component(_alarm(words))
    return event


def _alarm(words: str) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", _WARNED)
    return alarm


def _uid(told: Sheet, one: Told, kind: str) -> str:
    """The same event of the same hand-out has the same name, so that opening the file twice adds it once."""
    known = f"{told.snapshot['number']} {told.snapshot['made_at']} {one.data['id']} {kind}"
    return f"{hashlib.sha256(known.encode()).hexdigest()[:32]}@handout.invalid"
