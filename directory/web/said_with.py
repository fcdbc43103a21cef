"""What staff say with a file that does not say it itself: read from a form, and named as the form names it.

On the command line the same are options. Where a problem tells of an option, pages tell of the field.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask import request

from directory import values

FIELDS: Final = {
    "observed": "The day that it speaks of",
    "covers": "The States of which it has everything",
    "skip-unknown": "Leave out, counted, the facts whose phrases nobody knows",
    "force": "Import it although it is not as expected, because",
}
"""What people call what each option says."""
_OPTION: Final = re.compile(rf"--({'|'.join(FIELDS)})\b( (?=[“\dA-Z]))?")
_LONGEST: Final = 300


def on_pages(words: str) -> str:
    """A sentence for the terminal as pages say it."""
    return _OPTION.sub(lambda found: f"“{FIELDS[found[1]]}”{': ' if found[2] else ''}", words)


def asked_for(told: Mapping[str, Any]) -> bool:
    """Whether a report of a file that was refused asks for something that staff can say with it."""
    return not told["imported"] and any(_OPTION.search(problem["fix"]) for problem in told["problems"])


def form(said: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was said, for the fields to begin with."""
    chosen = {name: [said[name]] for name in ("observed", "covers", "because") if said[name]}
    return chosen | ({"skip_unknown": ["yes"]} if said["skip_unknown"] else {})


def entered(before: Mapping[str, Any] = MappingProxyType({})) -> tuple[dict[str, Any], dict[str, str]]:
    """What was entered, as it is kept, and by field what can't be read, in words; what a form lacks is as it was `before`."""
    written = {name: request.form.get(name, before.get(name, "")) for name in ("observed", "covers", "because")}
    said = {name: " ".join(text.split())[:_LONGEST] for name, text in written.items()}
    wrong: dict[str, str] = {}
    for name, read in (("observed", values.written_day), ("covers", _states)):
        try:
            said[name] = read(said[name]) if said[name] else ""
        except ValueError as error:
            said[name], wrong[name] = "", f"{error}."
    return {**said, "skip_unknown": request.form.get("skip_unknown") == "yes"}, wrong


def _states(written: str) -> str:
    if written.casefold() == "all":
        return ",".join(sorted(values.STATES))
    return ",".join(sorted({values.state_province(one) for one in written.split(",")}))
