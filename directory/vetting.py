"""The checking of a listing: who may decide what. Pure.

Two different people approve the same state of the file; whatever is written into it later voids the approval before.
"""

from collections.abc import Sequence
from typing import Final

from directory.listing import Vetting
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.vetting_file import ANSWERS, FOUND, UNDER_WORK, File, Outcome, Step, StepKind, Who
from directory.vetting_items import BY_CODE, INTEREST, Item
from directory.vocabulary import PUBLISHED, VettingState

_LONGEST: Final = 300

Decided = tuple[Step, Vetting | None]
"""What is written into the file, and what becomes of the listing by it (None: nothing)."""
Answered = tuple[tuple[Step, ...], Vetting | None]
"""The same for the answers to several questions."""


def opened(file: File, who: Who) -> Decided:
    """Begin to check, or to check anew; raises CannotUnderstand where it is being checked or holds anyway."""
    if file.state in (*UNDER_WORK, *PUBLISHED):
        raise _no("state", f"the listing is {words_for(file.state)} already", "Go on with the items below")
    return Step(StepKind.OPENED, who), Vetting(VettingState.IN_REVIEW, who.at, who.by)


def checked(file: File, who: Who, found: Step) -> Decided:
    """Write down what a check found; `found` is without its author. Raises CannotUnderstand, in words, for what will not do."""
    item = BY_CODE.get(found.item)
    if item is None or item.asks or found.outcome not in FOUND:
        raise _no("item", "is nothing that is checked", f"Choose one of: {', '.join(BY_CODE)}", found.item)
    evidence = _evidence(item, found, who)
    if found.outcome is Outcome.NOT_APPLICABLE and (item.essential or item.claims and item.applies(file.listing)):
        raise _no("outcome", f"“{item.title}” applies to this listing", "Choose met or not met")
    step = Step(StepKind.CHECKED, who, item.code, found.outcome, evidence, found.until)
    fails = found.outcome is Outcome.NOT_MET and item.essential and file.state in PUBLISHED
    return step, _suspended(who, f"{item.title}: not as it should be") if fails else _back_to_review(file, who)


def answered(file: File, who: Who, item: Item, given: Sequence[Step]) -> Answered:
    """Write down the answers to some of an item's questions; each given one is without its author.

    Raises CannotUnderstand, in words, for what will not do, and then nothing is written. A yes suspends what was vetted.
    """
    names = {item.named(ask) for ask in item.asks}
    if not given:
        raise _no("answers", "are not chosen", "Answer at least one of the questions")
    if any(one.item not in names or one.outcome not in ANSWERS for one in given):
        raise _no("answers", "are none to this item", f"Answer one of: {', '.join(sorted(names))}")
    steps = tuple(Step(StepKind.CHECKED, who, one.item, one.outcome, _evidence(item, one, who), one.until) for one in given)
    if item.personal:
        return steps, None
    fails = Outcome.YES in {one.outcome for one in steps} and file.state in PUBLISHED
    return steps, _suspended(who, f"{item.title}: not as it should be") if fails else _back_to_review(file, who)


def _evidence(item: Item, found: Step, who: Who) -> str:
    """The evidence as it is kept; only what is not known needs none, and what people say of themselves."""
    evidence = " ".join(found.words.split())
    needed = found.outcome is not Outcome.UNKNOWN and not (item.personal and found.outcome is Outcome.NO)
    if (needed and not evidence) or len(evidence) > _LONGEST:
        raise _no("evidence", "is missing" if not evidence else "is too long", item.look, evidence)
    if found.until and found.until < who.at.date():
        raise _no("until", "is over", "Enter a day still to come, or leave it empty", found.until.isoformat())
    return evidence


def _suspended(who: Who, because: str) -> Vetting:
    return Vetting(VettingState.SUSPENDED, who.at, who.by, None, because)


def _back_to_review(file: File, who: Who) -> Vetting | None:
    """Whoever checks something of a listing that lapsed or was set aside is at work on it again."""
    again = file.state in (VettingState.NEW, VettingState.LAPSED)
    return Vetting(VettingState.IN_REVIEW, who.at, who.by) if again else None


def approved(file: File, who: Who, conditions: str) -> Decided:
    """The first or the second approval; the second publishes. Raises CannotUnderstand, in words, where it can't be given."""
    plain = " ".join(conditions.split())[:_LONGEST]
    may_approve(file, who.account, bool(plain))
    if file.outcome(INTEREST, who.account) is not Outcome.MET:
        fix = "Answer each with no, if that is so; who does not know can't approve"
        raise _no("interest", "the questions about your own ties to the program are not all answered", fix)
    first = file.approval
    step = Step(StepKind.APPROVED, who, words=plain)
    if first is None:
        return step, None
    if first.who.account == who.account:
        raise _no("approve", "you have approved it already", "Somebody else has to be the second")
    if first.words != plain:
        fix = f"Approve under the same conditions (“{first.words or 'none'}”), or speak with {first.who.by}"
        raise _no("conditions", "the first approval has other conditions", fix, plain)
    state = VettingState.VETTED_WITH_CONDITIONS if plain else VettingState.VETTED
    return step, Vetting(state, who.at, who.by, file.holds_until, plain)


def may_approve(file: File, account: int, under_conditions: bool) -> None:
    """Raises CannotUnderstand, in words, for what bars an approval by this account whatever it says of itself."""
    if not file.awaits_approval:
        raise _no("state", f"the listing is {words_for(file.state)}", "Only what is being checked can be approved")
    ended = file.listing.licence_expires
    if ended and ended < file.now.date():
        what = f"its license ended on {ended:%B} {ended.day}, {ended.year}, and a new date is needed"
        raise _no("licence", what, "Look it up in the State's register, and enter it with “License in force”")
    if file.unanswered:
        fix = "Check the item that it is about, and enter what you found"
        raise _no("items", "nothing was checked since the complaint or rejection", fix, file.unanswered.words)
    tie = file.affirmed(INTEREST, account)
    if tie:
        raise _no("interest", "you have a tie to the program", "Two others have to approve", tie)
    _in_order(file, under_conditions)


def _in_order(file: File, under_conditions: bool) -> None:
    for item in file.needed:
        if item.asks and (shown := file.affirmed(item)):
            raise _no("items", f"{item.title}: it can't be approved", "Reject it, or ask again once this has changed", shown)
    still = file.open_items
    barring = [item for item in still if item.essential or not under_conditions]
    if barring:
        titles = "; ".join(item.title for item in barring)
        fix = "Check them first" + (
            "" if any(item.essential for item in barring) else ", or say under which conditions it is vetted"
        )
        raise _no("items", f"{len(barring)} {'item is' if len(barring) == 1 else 'items are'} open", fix, titles)


def rejected(file: File, who: Who, because: str) -> Decided:
    """Nobody is sent there; raises CannotUnderstand without a reason."""
    plain = _reason(because)
    return Step(StepKind.REJECTED, who, words=plain), Vetting(VettingState.REJECTED, who.at, who.by, None, plain)


def complained(file: File, who: Who, because: str) -> Decided:
    """A complaint suspends at once, whoever brings it; a listing that was rejected stays so."""
    plain = _reason(because)
    step = Step(StepKind.COMPLAINED, who, words=plain)
    if file.state is VettingState.REJECTED:
        return step, None
    return step, Vetting(VettingState.SUSPENDED, who.at, who.by, None, plain)


def _reason(because: str) -> str:
    plain = " ".join(because.split())
    if not plain or len(plain) > _LONGEST:
        what = "is missing" if not plain else "is too long"
        raise _no("because", what, f"Enter what happened in at most {_LONGEST} letters, without names of persons", plain)
    return plain


def words_for(state: VettingState) -> str:
    """A state as people say it: “vetted with conditions”."""
    return str(state).replace("_", " ")


def _no(where: str, what: str, fix: str, found: str = "") -> CannotUnderstand:
    return CannotUnderstand(Problem(Loudness.VALUE, where, what, found[:_LONGEST], fix))
