"""A need as somebody writes it (a file, a form, the command line) to a `Need`, or to problems that name the field."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from directory import values
from directory.matching.criterion import WEIGHTS
from directory.need import Near, Need
from directory.places import Gazetteer, UnknownPlace
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.spoken import joined, listed, say
from directory.vocabulary import DEPENDENCES, LEVELS, MEDICATIONS, PAYERS, SEXES, SUBSTANCES, TRAVEL, codes, is_term, plan_term

Read = Callable[[str], Any]

_MOST_WORDS: Final = 256
WEIGHTS_IN_WORDS: Final = joined(
    (say("%(name)s %(points)d", name=say(name), points=points) for name, points in WEIGHTS.items()), listed
)


def _level(written: str) -> str:
    return values.one_of(LEVELS)(written.replace(".", "_"))


def _exclusion(written: str) -> str:
    return "excludes." + values.one_of(codes("excludes"))(written.removeprefix("excludes."))


def _term(written: str) -> str:
    code = values.text(written).casefold()
    if code.startswith("plan."):
        code = plan_term(code.removeprefix("plan."))
    if not is_term(code):
        raise ValueError("Enter a term such as payer.medicaid or amenity.transportation; `flask --app app terms` lists them")
    return code


def _words(written: str) -> str:
    return " ".join(written[:_MOST_WORDS].split())


ONE: Final[Mapping[str, Read]] = {
    "within_miles": values.miles,
    "travel": values.one_of(TRAVEL),
    "meeting_ends": values.moment,
    "leave_at": values.moment,
    "as_of": values.moment,
    "age": values.whole_number(0, 120),
    "sex": values.one_of(SEXES),
    "pregnant": values.yes_or_no,
    "veteran": values.yes_or_no,
    "level": _level,
    "payer": values.one_of(PAYERS),
    "plan": values.text,
    "self_pay_ok": values.yes_or_no,
    "language": values.one_of(codes("language")),
    "words": _words,
    "vetted_only": values.yes_or_no,
}
MANY: Final[Mapping[str, Read]] = {
    "substances": values.one_of(SUBSTANCES),
    "dependent_on": values.one_of(DEPENDENCES),
    "taking": values.one_of(MEDICATIONS),
    "wants": values.one_of(MEDICATIONS),
    "applies": _exclusion,
    "must": _term,
    "nice": _term,
}
FIELDS: Final = ("near", *ONE, *MANY, "weights")
DEMO_NEED: Final = {
    "near": "43215",
    "within_miles": 100,
    "age": 27,
    "sex": "male",
    "substances": ["heroin"],
    "dependent_on": ["opioid"],
    "payer": "medicaid",
}
"""What the first start asks for, and what the page is measured with."""


def read_need(written: Mapping[str, Any], gazetteer: Gazetteer, now: datetime) -> Need:
    """The need; `now` is its time where it names none. Raises CannotUnderstand with a problem for each bad field."""
    problems = [_unknown(name) for name in written if name not in FIELDS]
    read: dict[str, Any] = {"as_of": now}
    says_when = written.get("as_of") not in (None, "")
    for name, found in written.items():
        if name not in FIELDS or found in (None, "", [], (), {}):
            continue
        try:
            read[name] = _read(name, found, gazetteer)
        except UnknownPlace as error:
            told = Problem(Loudness.VALUE, name, "is not one known place", _shown(found), error.args[0], error.choices)
            problems.append(told)
        except ValueError as error:
            problems.append(Problem(Loudness.VALUE, name, "could not be understood", _shown(found), error.args[0]))
    if read.get("pregnant") and read.get("sex") == "male":
        what, mend = say("does not go with sex male"), say("Change one of the two")
        problems.append(Problem(Loudness.VALUE, "pregnant", what, fix=mend))
    if read.get("within_miles") and "near" not in read and not problems:
        fix = "Enter the place that the miles count from, such as 43215"
        problems.append(Problem(Loudness.VALUE, "near", "is missing, while within_miles is given", fix=fix))
    if problems:
        raise CannotUnderstand(*problems)
    if not says_when and "near" in read:
        read["as_of"] = _there(read["near"], gazetteer, now)
    return Need(**read)


def read_kept(written: Mapping[str, Any], gazetteer: Gazetteer, now: datetime) -> Need:
    """A need that was kept, by the clock of its place: as of now, or of the moment it is planned for while that is to come."""
    need = read_need({name: said for name, said in written.items() if name != "as_of"}, gazetteer, now)
    planned = values.moment(str(written.get("as_of") or now.isoformat())).astimezone(need.as_of.tzinfo)
    return replace(need, as_of=planned) if planned > now else need


def _there(near: Near, gazetteer: Gazetteer, now: datetime) -> datetime:
    """The moment by the clock of the place; as it is where that has no known time zone."""
    zone = gazetteer.timezone(near.point)
    return now.astimezone(ZoneInfo(zone)) if zone else now


def _read(name: str, found: Any, gazetteer: Gazetteer) -> Any:
    if name == "near":
        return gazetteer.find(_one(found))
    if name == "weights":
        return _weights(found)
    if name in ONE:
        return ONE[name](_one(found))
    parts = [found] if isinstance(found, str) else found
    if not isinstance(parts, (list, tuple)):
        raise ValueError('Enter a list, such as ["opioid"]')
    words = [word for part in parts for word in _one(part).split(",")]
    return tuple(dict.fromkeys(MANY[name](word) for word in words))


def _weights(found: Any) -> tuple[tuple[str, int], ...]:
    """The points that are changed for this need, by criterion; all together must stay 100."""
    if isinstance(found, (list, tuple)) and all(isinstance(part, str) for part in found):
        found = dict(part.replace("=", " ").split(maxsplit=1) for part in found if len(part.replace("=", " ").split()) == 2)
    if not isinstance(found, Mapping) or not found.keys() <= WEIGHTS.keys():
        raise ValueError("Enter points for some of: " + ", ".join(WEIGHTS) + '; such as {"payment": 20, "travel": 2}')
    changed = {name: values.whole_number(0, 100)(_one(points)) for name, points in found.items()}
    total = sum({**WEIGHTS, **changed}.values())
    if total != 100:
        usual = WEIGHTS_IN_WORDS
        raise ValueError(say("All points together must be 100, not %(total)d; now they are %(now)s", total=total, now=usual))
    return tuple((name, changed[name]) for name in WEIGHTS if name in changed and changed[name] != WEIGHTS[name])


def _one(found: Any) -> str:
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, (str, int, float)):
        return f"{found:g}" if isinstance(found, float) else str(found)
    raise ValueError("Enter one value, not a list or an object")


def _unknown(name: str) -> Problem:
    fix = "Enter one of: " + ", ".join(FIELDS)
    return Problem(Loudness.VALUE, name[:60] or "(no name)", "is not a field of a need", fix=fix)


def _shown(found: Any) -> str:
    return (", ".join(map(str, found)) if isinstance(found, (list, tuple)) else str(found))[:80]


def written_need(need: Need) -> dict[str, Any]:
    """The need as a file would write it: what `read_need` reads back to the same need, everything named."""
    written: dict[str, Any] = {name: getattr(need, name) for name in FIELDS}
    written["near"] = need.near.written if need.near else None
    for name in ("as_of", "meeting_ends", "leave_at"):
        written[name] = written[name].isoformat() if written[name] else None
    for name in MANY:
        written[name] = list(written[name])
    written["weights"] = dict(need.weights)
    return written
