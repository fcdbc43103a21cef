"""The call sheet: what to ask a center, with the answers that can be tapped and what each of them becomes. Pure.

The questions and answers are data (`call_sheet.toml`), in the order of a call; here they are made ready for a need.
"""

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from directory import values
from directory.hours import clock_in_words, read_clock
from directory.matching.people import age_band
from directory.need import Need
from directory.normalize import FIELDS
from directory.vocabulary import DEPENDENCES, LEVELS, MEDICATIONS, SUBSTANCES, TERMS, codes, label, plan_term

with Path(__file__).with_name("call_sheet.toml").open("rb") as _file:
    _TOLD: Final[Mapping[str, Any]] = tomllib.load(_file)

DECLINES: Final[Mapping[str, str]] = _TOLD["decline"]
"""Why a program declines, as it is kept on the program."""

DID_NOT_SAY: Final = "did_not_say"
TYPED: Final = "typed:"
"""Stands before an answer that was typed rather than tapped."""
BED: Final = ("bed.state", "bed.hold", "bed.whom")
"""The items that make up one report about beds."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that can be tapped, and what it becomes: terms, values of the listing, parts of a report; or a note."""

    code: str
    says: str
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be answered. `enter` says what may be typed: a `field` of the listing, a hold, a note, or nothing ("")."""

    code: str
    asks: str
    choices: tuple[Choice, ...]
    enter: str = ""
    field: str = ""
    hint: str = ""

    def choice(self, code: str) -> Choice | None:
        """An answer by its code; None where there is none."""
        return next((one for one in self.choices if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the call with its items, under its number, and the criteria that wait for its answer."""

    number: int
    code: str
    asks: str
    criteria: tuple[str, ...]
    items: tuple[Item, ...]


def sheet(need: Need) -> tuple[Question, ...]:
    """The questions for a need, in the order of the call; every item stands under one question only."""
    taken: set[str] = {one["code"] for told in _TOLD["question"] for one in told["item"] if "each" not in one}
    return tuple(_question(number, told, need, taken) for number, told in enumerate(_TOLD["question"], start=1))


def items(need: Need) -> dict[str, Item]:
    """All items for a need, by their code."""
    return {item.code: item for question in sheet(need) for item in question.items}


def is_open(question: Question, need: Need, unknown: Collection[str]) -> bool:
    """Whether one of the criteria that a need leaves unknown waits for this question's answer."""
    waiting = {*question.criteria} & {*unknown}
    if "exclusions" in waiting and not {item.code for item in question.items} & {*need.applies}:
        waiting.remove("exclusions")
    return bool(waiting)


def becomes(item: Item, answer: str) -> Choice:
    """What an answer becomes: a choice's code, or `TYPED` and what was typed; raises ValueError with what to enter."""
    if not answer.startswith(TYPED):
        choice = item.choice(answer)
        if choice is None:
            raise ValueError("Choose one of the answers")
        return choice
    text = values.some_text(answer.removeprefix(TYPED))
    if item.enter == "field":
        value = str(FIELDS[item.field].read(text))
        return Choice(answer, text, values={item.field: value})
    if item.enter == "hold":
        return Choice(answer, text, report={"hold": clock_in_words(read_clock(text))})
    if item.enter == "note":
        return Choice(answer, text)
    raise ValueError("Choose one of the answers")


def who(need: Need) -> str:
    """The person in the words of a call, as little as is needed: a man of 27."""
    named = {"male": "a man", "female": "a woman"}.get(need.sex or "", "somebody")
    if need.age is not None and need.age < 18:
        named = {"male": "a boy", "female": "a girl"}.get(need.sex or "", "somebody")
    return named + (f" of {need.age}" if need.age is not None else "")


def pronouns(need: Need) -> Mapping[str, str]:
    """The person's `he`, `him` and `his`."""
    return _PRONOUNS.get(need.sex or "", _ANYBODY)


def _question(number: int, told: Mapping[str, Any], need: Need, taken: set[str]) -> Question:
    found: list[Item] = []
    words = {"who": who(need), **pronouns(need)}
    for one in told["item"]:
        for each, what in _EACH[one["each"]](need) if "each" in one else [("", "")]:
            item = _item(one, {"each": each, "what": what} | words)
            if "each" not in one or item.code not in taken:
                taken.add(item.code)
                found.append(item)
    return Question(number, told["code"], told["asks"].format(**words), tuple(told.get("criteria", ())), tuple(found))


def _item(told: Mapping[str, Any], words: Mapping[str, str]) -> Item:
    return Item(
        code=told["code"].format(**words),
        asks=told["asks"].format(**words),
        choices=tuple(_choices(told, words)),
        enter=told.get("enter", ""),
        field=told.get("field", ""),
        hint=told.get("hint", ""),
    )


def _choices(told: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Choice]:
    if "term" in told:
        term = frozenset((told["term"].format(**words),))
        yield Choice("yes", "Yes", yes=term)
        yield Choice("no", "No", no=term)
    for one in told.get("choices", ()):
        yield Choice(
            code=one["code"],
            says=one["says"].format(**words),
            yes=frozenset(code.format(**words) for code in one.get("yes", ())),
            no=frozenset(code.format(**words) for code in one.get("no", ())),
            values=one.get("values", {}),
            report={name: one[name] for name in ("state", "beds", "wait_hours", "hold") if name in one},
        )
    if told["code"] != "bed.state":
        yield Choice(DID_NOT_SAY, "They did not say")


# --- what there is one of for each thing in the need: its code and its words ------------------------------------------


def _sexes(need: Need) -> list[tuple[str, str]]:
    return [(need.sex, {"male": "men", "female": "women"}[need.sex])] if need.sex else []


def _ages(need: Need) -> list[tuple[str, str]]:
    return [] if need.age is None else [(age_band(need.age), f"somebody who is {need.age}")]


def _pregnant(need: Need) -> list[tuple[str, str]]:
    return [("", "")] if need.pregnant else []


def _dependences(need: Need) -> list[tuple[str, str]]:
    """What the person depends on first; opioids, alcohol and benzodiazepines are asked of everybody."""
    asked = (*need.dependent_on, *(code for code in DEPENDENCES if code in ("opioid", "alcohol", "benzodiazepine")))
    return [(code, _SUBSTANCES.get(code, code)) for code in dict.fromkeys(asked)]


def _treated(need: Need) -> list[tuple[str, str]]:
    used = (*need.dependent_on, *(SUBSTANCES[one] for one in need.substances), *(("opioid",) if need.opioids else ()))
    return [(code, code) for code in dict.fromkeys(used) if f"treats.{code}" in TERMS]


def _taken(need: Need) -> list[tuple[str, str]]:
    return [(drug, MEDICATIONS[drug]) for drug in need.taking if f"moud.{drug}_continue" in TERMS]


def _wanted(need: Need) -> list[tuple[str, str]]:
    return [(drug, MEDICATIONS[drug]) for drug in need.wants if f"moud.{drug}_start" in TERMS]


def _applying(need: Need) -> list[tuple[str, str]]:
    return [(code, label(code).lower()) for code in need.applies]


def _payers(need: Need) -> list[tuple[str, str]]:
    code = f"payer.{need.payer}"
    return [(need.payer, label(code))] if need.payer and code in TERMS else []


def _plans(need: Need) -> list[tuple[str, str]]:
    code = plan_term(need.plan)
    return [(code, label(code))] if code else []


def _levels(need: Need) -> list[tuple[str, str]]:
    return [(code, LEVELS[code]) for code in codes("level") if code == need.level]


def _musts(need: Need) -> list[tuple[str, str]]:
    return [(code, label(code)) for code in need.must]


_PRONOUNS: Final = {"male": {"he": "he", "him": "him", "his": "his"}, "female": {"he": "she", "him": "her", "his": "her"}}
_ANYBODY: Final = {"he": "the person", "him": "the person", "his": "the person's"}
_SUBSTANCES: Final = {"opioid": "opioids", "benzodiazepine": "benzodiazepines", "methamphetamine": "methamphetamines"}
_EACH: Final[Mapping[str, Callable[[Need], list[tuple[str, str]]]]] = {
    "sex": _sexes,
    "age": _ages,
    "pregnant": _pregnant,
    "dependence": _dependences,
    "treats": _treated,
    "taking": _taken,
    "wants": _wanted,
    "applies": _applying,
    "payer": _payers,
    "plan": _plans,
    "level": _levels,
    "must": _musts,
}
