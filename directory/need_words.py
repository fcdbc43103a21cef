"""A need in words, for the head of a list."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from directory.matching.wording import moment
from directory.need import Need
from directory.spoken import Spoken, beside, joined, listed, say
from directory.vocabulary import DRUGS, LEVELS, MEDICATIONS, PAYERS, TRAVEL, label

_SEXES: Final = {"female": say("female"), "male": say("male")}


def need_in_words(need: Need) -> str:
    """The need and the times of the meeting, as one sentence."""
    preferred = TRAVEL[need.travel] if need.travel != "nearer" else ""
    told = (_who(need), *_medical(need), *_payment(need), *_wishes(need), _where(need), preferred, *_times(need))
    return joined(told, beside)


def _who(need: Need) -> Spoken:
    if need.age is None:
        return _SEXES[need.sex] if need.sex else say("somebody")
    if need.sex == "female":
        return say("female aged %(age)d", age=need.age)
    return say("male aged %(age)d", age=need.age) if need.sex else say("aged %(age)d", age=need.age)


def _medical(need: Need) -> Iterator[str]:
    if need.pregnant:
        yield say("pregnant")
    if need.veteran:
        yield say("a veteran")
    if need.substances:
        yield say("uses %(what)s", what=_several(need.substances, DRUGS))
    if need.dependent_on:
        yield say("dependent on %(what)s", what=_several(need.dependent_on, DRUGS))
    if need.taking:
        yield say("takes %(what)s", what=_several(need.taking, MEDICATIONS))
    if need.wants:
        yield say("wants %(what)s", what=_several(need.wants, MEDICATIONS))
    if need.level:
        yield say("level needed: %(level)s", level=LEVELS[need.level])


def _payment(need: Need) -> Iterator[str]:
    if need.payer:
        yield PAYERS[need.payer]
    if need.plan:
        yield say("plan: %(plan)s", plan=need.plan)
    if need.self_pay_ok:
        yield say("the family would pay")


def _wishes(need: Need) -> Iterator[str]:
    if need.applies:
        yield say("grounds for refusal: %(what)s", what=_labels(need.applies))
    if need.must:
        yield say("must have: %(what)s", what=_labels(need.must))
    if need.nice:
        yield say("nice to have: %(what)s", what=_labels(need.nice))
    if need.language:
        yield say("language: %(language)s", language=label(f"language.{need.language}").inside())
    if need.words:
        yield say("words: “%(words)s”", words=need.words)


def _where(need: Need) -> Spoken:
    if need.near is None:
        return say("anywhere")
    if need.within_miles is None:
        return say("anywhere, counted from %(place)s", place=need.near.label)
    return say("within %(miles)s miles of %(place)s", miles=f"{need.within_miles:g}", place=need.near.label)


def _several(some: Sequence[str], words: Mapping[str, Spoken]) -> str:
    return joined((words[one] for one in some), listed)


def _times(need: Need) -> Iterator[str]:
    today = need.as_of.date()
    if need.meeting_ends:
        yield say("the meeting ends %(when)s", when=moment(need.meeting_ends, today))
    if need.leave_at:
        yield say("they leave %(when)s", when=moment(need.leave_at, today))


def _labels(codes: tuple[str, ...]) -> str:
    return joined(map(label, codes), listed)
