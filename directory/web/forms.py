"""The form to a need and back. What is typed is judged by the same readers as a need file; nothing typed is lost."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from werkzeug.datastructures import MultiDict

from directory import asking, values
from directory.matching.sifting import weights_for
from directory.need import Need
from directory.places import Gazetteer, UnknownPlace
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.spoken import count, say
from directory.web.choices import ANYWHERE, LABELS, WEIGHT, Values

_ONE: Final = ("travel", "age", "sex", "pregnant", "veteran", "level", "payer", "plan", "self_pay_ok", "language", "words")
_PLAIN: Final = ("travel", "age", "sex", "level", "payer", "plan", "language", "words")
_MANY: Final = ("substances", "dependent_on", "taking", "wants", "applies", "must", "nice")
_ONLY_HERE: Final = ("near_choice", "near_asked", "age_asked", "ends_on", "ends_at", "leaves_at", "plan_on", "plan_at")
NAMES: Final = ("near", "within_miles", *_ONE, *_MANY, *_ONLY_HERE, *WEIGHT)
_MOST_TICKS: Final = 60
_LONGEST: Final = 300
_CLOCKS: Final = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p")
_AGO: Final = timedelta(hours=-6)
_DAYS_AHEAD: Final = 60
_LIKELY_AGES: Final = range(12, 100)
"""Another age is asked about once: a 5 may be a 25 typed in a hurry, and then nothing that is found is right."""
_LONGEST_STAY: Final = timedelta(hours=12)


def typed(form: MultiDict[str, str]) -> Values:
    """What stands in the form, without control characters; fields that it does not have are left out."""
    return {name: [_printable(text) for text in form.getlist(name)[:_MOST_TICKS]] for name in NAMES if name in form}


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:_LONGEST]


def understand(form: Values, gazetteer: Gazetteer, now: datetime) -> Need:
    """The need, its time in the place's own zone; raises CannotUnderstand with a problem for each bad field."""
    here = now.astimezone(_zone(form, gazetteer))
    problems: list[Problem] = []
    written: dict[str, Any] = {name: _one(form, name) for name in _ONE} | {name: form.get(name, []) for name in _MANY}
    written["near"] = _place(form)
    if written["near"]:
        written["within_miles"] = None if _one(form, "within_miles") == ANYWHERE else _one(form, "within_miles")
    else:
        problems.append(_bad("near", "", say("Enter a ZIP code, or a city with its State, such as Columbus, OH")))
    written["weights"] = {name.removeprefix("weight_"): text for name in WEIGHT if (text := _one(form, name))}
    times, wrong = _times(form, here)
    written |= times
    problems += wrong
    try:
        need = asking.read_need(written, gazetteer, here)
        problems += _unlikely(need, form)
    except CannotUnderstand as error:
        problems += error.problems
    if problems:
        raise CannotUnderstand(*sorted(problems, key=lambda problem: [*LABELS].index(problem.where)))
    return need


def _unlikely(need: Need, form: Values) -> list[Problem]:
    """What may be a slip of the hand, unless it was asked about already and sent again."""
    age = need.age
    if age is None or age in _LIKELY_AGES or _one(form, "age_asked") == str(age):
        return []
    years = count("%(num)d year old: is that right?", "%(num)d years old: is that right?", age)
    return [_bad("age", str(age), say("%(asked)s If it is, send the form once more", asked=years))]


def _times(form: Values, here: datetime) -> tuple[dict[str, str | None], list[Problem]]:
    """When the meeting ends, when they leave and what is planned for; what is wrong with the first hides the others."""
    read: dict[str, str | None] = {}
    for name, reader in (("meeting_ends", _meeting_ends), ("leave_at", _leave_at), ("as_of", planned_for)):
        try:
            read[name] = reader(form, here)
        except ValueError as error:
            return read, [_bad(name, "time", error.args[0])]
    return read, []


def _bad(name: str, found: str, fix: str) -> Problem:
    what = say("could not be understood") if found else say("is missing")
    return Problem(Loudness.VALUE, name, what, found or "(empty)", fix)


def _one(form: Values, name: str) -> str:
    return next(iter(form.get(name, [])), "")


def _place(form: Values) -> str:
    """The place as typed, or the one chosen among several of that name while the name stayed the same."""
    near, choice = _one(form, "near"), _one(form, "near_choice")
    return choice if choice and near == _one(form, "near_asked") else near


def _zone(form: Values, gazetteer: Gazetteer) -> tzinfo:
    """The time zone of the place, UTC while that is not known."""
    try:
        return ZoneInfo(gazetteer.timezone(gazetteer.find(_place(form)).point))
    except (UnknownPlace, ZoneInfoNotFoundError, ValueError):
        return UTC


def _meeting_ends(form: Values, here: datetime) -> str | None:
    """The meeting's end with its offset from UTC; a time without a day is the nearest one, there."""
    on, at = _one(form, "ends_on"), _one(form, "ends_at")
    if not at:
        if on and not _one(form, "leaves_at"):
            raise ValueError(say("Enter the time too, such as 8:00 pm, or leave the day empty"))
        return None
    return _on(form, here, _clock(at)).isoformat(timespec="minutes")


def _leave_at(form: Values, here: datetime) -> str | None:
    """When they leave: on the meeting's day, or in the night after it."""
    at = _one(form, "leaves_at")
    if not at:
        return None
    leaves = _on(form, here, _clock(at))
    ends = datetime.fromisoformat(_meeting_ends(form, here) or leaves.isoformat())
    leaves = _at(ends.date(), _clock(at), here.tzinfo or UTC)
    if leaves < ends:
        leaves = _at(ends.date() + timedelta(1), _clock(at), here.tzinfo or UTC)
    if leaves - ends > _LONGEST_STAY:
        raise ValueError(say("Enter a time at or after the meeting's end"))
    return leaves.isoformat(timespec="minutes")


def _on(form: Values, here: datetime, clock: time) -> datetime:
    """A time of day on the day that was entered; without one it is the nearest, from six hours ago on: around midnight too."""
    on = _one(form, "ends_on")
    if on:
        return _at(_day(on, here), clock, here.tzinfo or UTC)
    around = (_at(here.date() + timedelta(step), clock, here.tzinfo or UTC) for step in (-1, 0, 1))
    return next(moment for moment in around if moment - here >= _AGO)


def _day(on: str, here: datetime) -> date:
    day = values.day(on)
    if not timedelta(-1) <= day - here.date() <= timedelta(_DAYS_AHEAD):
        raise ValueError(say("Enter a day from yesterday to %(days)d days ahead", days=_DAYS_AHEAD))
    return day


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone)


def _clock(written: str) -> time:
    for shape in _CLOCKS:
        try:
            return datetime.strptime(written.replace(". ", "").replace(".", "").upper(), shape).time()
        except ValueError:
            continue
    raise ValueError(say("Enter a time such as 8:00 pm or 20:00"))


def planned_for(form: Values, here: datetime) -> str | None:
    """The moment that is planned for; None for now."""
    on, at = _one(form, "plan_on"), _one(form, "plan_at")
    if not on and not at:
        return None
    days = [_day(on, here)] if on else [here.date(), here.date() + timedelta(1)]
    moments = (_at(day, _clock(at), here.tzinfo or UTC) for day in days)
    found = next((moment for moment in moments if moment > here), None)
    if found is None:
        raise ValueError(say("Enter a time that is still to come, or leave day and time empty for now"))
    return found.isoformat(timespec="minutes")


def planned(need: Need, now: datetime) -> dict[str, list[str]]:
    """The fields of what is planned for, as long as that is still to come."""
    return {"plan_on": [f"{need.as_of:%Y-%m-%d}"], "plan_at": [f"{need.as_of:%H:%M}"]} if need.as_of > now else {}


def filled(need: Need) -> Values:
    """The form as it stood when this need was asked."""
    told = {name: getattr(need, name) for name in _PLAIN}
    form = {name: [str(value)] for name, value in told.items() if value not in (None, "")}
    form |= {name: list(getattr(need, name)) for name in _MANY}
    form["age_asked"] = [str(need.age)] if need.age is not None else []
    form["near"] = [need.near.written] if need.near else []
    form["within_miles"] = [f"{need.within_miles:g}" if need.within_miles else ANYWHERE]
    form |= {name: [_yes_no(getattr(need, name))] for name in ("pregnant", "veteran")}
    form["self_pay_ok"] = ["yes"] if need.self_pay_ok else []
    form |= {f"weight_{name}": [str(points)] for name, points in weights_for(need).items()}
    first = need.meeting_ends or need.leave_at
    if first:
        form["ends_on"] = [f"{first:%Y-%m-%d}"]
    form |= {name: [f"{when:%H:%M}"] for name, when in (("ends_at", need.meeting_ends), ("leaves_at", need.leave_at)) if when}
    return form


def _yes_no(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


def sentence(problem: Problem) -> str:
    """A problem in words for the person at the form."""
    if problem.where == "near" and problem.choices:
        found, many = problem.found, len(problem.choices)
        return say("“%(place)s” is the name of %(count)d places. Choose one, or add its State", place=found, count=many)
    if problem.found or problem.where not in LABELS:
        return problem.fix
    return say("%(field)s: %(what)s. %(fix)s", field=LABELS[problem.where], what=problem.what, fix=problem.fix)
