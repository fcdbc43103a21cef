"""What a line of listings may hold: every field with its reader, and what to say where a line holds anything else. Pure."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Final

from directory import values
from directory.normalize import FIELDS
from directory.vocabulary import LEVELS, SEXES, TERMS, BedState, Channel, SourceKind, VettingState, codes, is_term, plan_term

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,199}")
_SOURCE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_UNSTORABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

Reader = Callable[[Any], Any]


class BadLine(ValueError):
    """A line that can't be taken: what is wrong with it, what was found there, and what to enter."""

    def __init__(self, what: str, found: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.found = found
        self.fix = fix


# --- objects and their fields ----------------------------------------------------------------------------------------


def object_of(raw: bytes) -> dict[str, Any]:
    """The object that a line holds; raises BadLine for anything else."""
    fix = 'Write one object on one line, such as {"statements": [...]}'
    try:
        told = json.loads(raw.decode(), object_pairs_hook=_once_each, parse_float=_no_fraction, parse_constant=_no_fraction)
    except BadLine:
        raise
    except UnicodeDecodeError:
        raise BadLine("the line is not UTF-8 text", fix="Save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        near = shown(error.doc[error.pos : error.pos + 40]).strip()
        raise BadLine("the line is not JSON", near or "the line ends too early", fix) from None
    except ValueError:
        raise BadLine("the line is not JSON", "a number of thousands of digits", fix) from None
    except RecursionError:
        raise BadLine("the line has lists in lists without end", fix=fix) from None
    if not isinstance(told, dict):
        raise BadLine("the line is not an object", shown(told), fix)
    return told


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadLine(f"“{shown(twice)}” is said twice in one place", fix="Leave one of them")
    return told


def _no_fraction(written: str) -> float:
    raise BadLine("a number with a fraction stands where none can be meant", written[:60], "Enter whole numbers, or text")


def fields(told: Any, where: str, readers: Mapping[str, Reader], required: Iterable[str]) -> dict[str, Any]:
    """The fields of an object, read; a null is a field left out."""
    if not isinstance(told, dict):
        raise BadLine(f"{where} is not an object of fields", shown(told), f"Its fields can be: {', '.join(readers)}")
    read: dict[str, Any] = {}
    for key, value in told.items():
        if key not in readers:
            raise BadLine(f"{where} has a field that nobody knows", shown(key), _nearest(key, readers))
        if value is not None:
            read[key] = _one(value, where, key, readers[key])
    for key in required:
        if key not in read:
            raise BadLine(f"{where} lacks “{key}”", fix=f"Say {key}")
    return read


def _one(value: Any, where: str, key: str, reader: Reader) -> Any:
    try:
        return reader(value)
    except BadLine as error:
        raise BadLine(f"{where}, {key}: {error.what}", error.found, error.fix) from None
    except ValueError as error:
        raise BadLine(f"{where}, {key}: can't be read", shown(value), str(error)) from None


# --- readers of single values ----------------------------------------------------------------------------------------


def shown(value: Any) -> str:
    """What was found, short: a text or number as it stands, all else by what it is."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return (
        ""
        if value is None
        else values.TURNING.sub(" ", _UNSTORABLE.sub(" ", value if isinstance(value, str) else json.dumps(value)))[:80]
    )


def _nearest(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word[:60], list(known), 1, 0.7)
    return _meant(near) + f"Possible are: {', '.join(known)}"


def _meant(near: list[str]) -> str:
    return f"Did you mean {' or '.join(near)}? " if near else ""


def _as_text(value: Any) -> str:
    """A single value as somebody would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, (str, int)):
        raise ValueError("Enter one text, number, yes or no")
    return str(value) if isinstance(value, str) or abs(value) < 10**15 else "a number that is too long"


def _typed(read: Callable[[str], Any]) -> Reader:
    return lambda value: read(_as_text(value))


def _exactly(value: Any) -> str:
    """Text that is kept as it is: a name or a reference that nobody reads for meaning."""
    if not isinstance(value, str) or len(value) > 1000 or _UNSTORABLE.search(value) or values.TURNING.search(value):
        raise ValueError("Enter one line of text, at most 1,000 characters, without invisible signs that turn its direction")
    return value


def _shaped(shape: re.Pattern[str], help: str) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not shape.fullmatch(value):
            raise ValueError(help)
        return value

    return read


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("Enter a list in square brackets")
    return value


_MOST_TERMS: Final = 1_000


def _terms(value: Any) -> frozenset[str]:
    if isinstance(value, list) and len(value) > _MOST_TERMS:
        raise BadLine("it names more terms than a listing can have", f"{len(value):,}", f"Give at most {_MOST_TERMS:,}")
    return frozenset(term(code) for code in _listed(value))


def term(code: Any) -> str:
    """A term of the vocabulary or an insurance plan; raises BadLine, with the nearest ones, for anything else."""
    if isinstance(code, str):
        known = plan_term(code.removeprefix("plan.")) if code.startswith("plan.") else code
        if is_term(known):
            return known
    near = get_close_matches(code[:60], TERMS, 3, 0.5) if isinstance(code, str) else []
    fix = _meant(near) + "`flask --app app terms` lists them; a plan is plan.<its name>"
    raise BadLine("it is not a term", shown(code), fix)


def _moment(written: str) -> datetime:
    return values.moment(written).astimezone(UTC)


def _level(written: str) -> str:
    return values.one_of(LEVELS)(written.replace(".", "_"))


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_LISTING_ID(one) for one in _listed(value)))


def _values(told: Any) -> dict[str, Any]:
    read = fields(told, "values", VALUES, ())
    return {name: value for name, value in read.items() if value != ""}


VALUES: Final[Mapping[str, Reader]] = {name: _typed(field.read) for name, field in FIELDS.items()}
_FLAG: Final = _typed(values.yes_or_no)
_COUNT: Final = _typed(values.whole_number(0, 100_000))
_LISTING_ID: Final = _shaped(_ID, "Enter letters, digits and . _ : ~ - only, such as listings:example-house")
LINE: Final[Mapping[str, Reader]] = {
    "id": _LISTING_ID,
    "merged": _ids,
    "statements": _listed,
    "availability": _listed,
    "vetting": _listed,
}
STATEMENT: Final[Mapping[str, Reader]] = {
    "about": _LISTING_ID,
    "source": _shaped(_SOURCE_NAME, "Enter a short name in small letters, such as calls"),
    "local_id": _exactly,
    "kind": _typed(lambda written: SourceKind(values.one_of(SourceKind)(written))),
    "reference": _exactly,
    "observed_at": _typed(values.day),
    "recorded_by": _exactly,
    "restates": _FLAG,
    "withdrawn": _FLAG,
    "values": _values,
    "yes": _terms,
    "no": _terms,
}
REPORT: Final[Mapping[str, Reader]] = {
    "about": _LISTING_ID,
    "state": _typed(lambda written: BedState(values.one_of(BedState)(written))),
    "observed_at": _typed(_moment),
    "channel": _typed(lambda written: Channel(values.one_of(Channel)(written))),
    "recorded_by": _exactly,
    "sex": _typed(values.one_of(SEXES)),
    "age": _typed(values.one_of(codes("age"))),
    "level": _typed(_level),
    "funded": _FLAG,
    "beds": _COUNT,
    "wait_hours": _COUNT,
    "hold_until": _typed(_moment),
    "expires_at": _typed(_moment),
}
VETTING: Final[Mapping[str, Reader]] = {
    "about": _LISTING_ID,
    "state": _typed(lambda written: VettingState(values.one_of(VettingState)(written))),
    "at": _typed(_moment),
    "by": _exactly,
    "until": _typed(values.day),
    "because": _exactly,
}
