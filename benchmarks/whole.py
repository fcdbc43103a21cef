"""The whole answer: the same places, limits and words as real needs, from every gate to the sentences of what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import numpy as np

from benchmarks.directories import SEED, Measured
from benchmarks.lived_in import AS_OF, Known, lived_in
from benchmarks.needs import Asked
from directory.answered import Answered
from directory.answering import Asking, answer
from directory.matching.arrival import STRAIGHT
from directory.matching.explain import Entry
from directory.need import Near, Need
from directory.vocabulary import PAYERS, SEXES

ENTRIES: Final = 20
"""Of each kind: up to 20 options and 20 to call first with every sentence, and 20 set aside with the reason."""
GOAL: Final = ("p50", "p99")
"""At these the whole answer is to take no longer than SQLite takes for the core alone."""


class Whole:
    """What the program answers, without the page; the listings that it shows are held, nothing else is remembered."""

    def __init__(self, measured: Measured, asked: Sequence[Asked]) -> None:
        columns = lived_in(measured)
        self._asking = Asking(columns, measured.words, Known(measured, columns), STRAIGHT)
        rng = np.random.default_rng(SEED + 3)
        self.needs = {id(one): a_need(rng, number, one) for number, one in enumerate(asked)}

    def ask(self, asked: Asked) -> Answered:
        """The answer to the real need that was made of what the engines are asked."""
        return answer(self._asking, self.needs[id(asked)], ENTRIES)


def a_need(rng: np.random.Generator, number: int, asked: Asked) -> Need:
    """A real need: the same place, limit and words, and a person who uses heroin in three cases of four."""
    opioids = number % 4 != 3
    need = Need(
        as_of=AS_OF,
        near=Near("", "", asked.point),
        within_miles=asked.limit,
        meeting_ends=AS_OF + timedelta(hours=2),
        age=int(rng.integers(16, 80)),
        sex=SEXES[rng.integers(2)],
        substances=("heroin",) if opioids else ("alcohol",),
        dependent_on=("opioid",) if opioids else ("alcohol",),
        payer=list(PAYERS)[rng.integers(len(PAYERS))],
        must=asked.hard[:1] if number % 3 == 0 else (),
        nice=asked.soft if number % 2 else (),
        words=asked.text,
    )
    return replace(need, taking=("buprenorphine",)) if number % 8 == 0 else need


def adds_up(answered: Answered) -> bool:
    """Whether every listing is counted once, and the points of everything explained are those of its findings."""
    counted = answered.option_count + answered.call_first_count + sum(answered.aside_counts.values())
    explained = (*answered.options, *answered.call_first)
    return counted == answered.listings and all(map(_explained, explained)) and all(one.reason for one in answered.set_aside)


def _explained(entry: Entry) -> bool:
    points = sum(finding.points for finding in entry.findings)
    return points == entry.points and entry.low <= entry.points <= entry.high and all(one.because for one in entry.findings)


def goals(whole: Mapping[str, float], sqlite: Mapping[str, float]) -> list[dict[str, Any]]:
    """What was to be reached, and whether it was."""
    return [{"at": at, "whole": whole[at], "sqlite": sqlite[at], "reached": whole[at] <= sqlite[at]} for at in GOAL]
