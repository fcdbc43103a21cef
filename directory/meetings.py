"""What a counselor does around a meeting: open a case, share it, arrange its board, see what moved, end it and erase it.

Whatever is asked of a case that is not the account's own is answered as if there were no such case.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from directory import asking, board, code_names, free_text, handout, referral, store
from directory.account import Account, Role, Who
from directory.accounts.names import key_of
from directory.answered import Answered
from directory.availability import kept, taken_back
from directory.board import Board
from directory.case import KEPT, Case, Ending, EndKind, Handout, Seen, Step, StepKind, by_hand
from directory.free_text import Written
from directory.listing import Listing
from directory.need import Need
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.referral import Directory
from directory.vocabulary import BedState

_SHOWN: Final = 10
_ENDED_LONG_AGO: Final = timedelta(days=60)


class NoSuchCase(LookupError):
    """There is no such case for this account."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The cases of one account at one moment, and what can be done with them."""

    directory: Directory
    account: Account
    now: datetime

    # --- cases -----------------------------------------------------------------------------------------------------

    def cases(self) -> list[Case]:
        """The cases that are its own or that it was let into, the newest first, those that ended after the others.

        Those whose time is over are erased.
        """
        with self.directory.database.reading() as connection:
            found, due = store.cases_of(connection, self.account.id), store.cases_due(connection, self.now)
        if due:
            purge_due(self.directory, self.now)
        return sorted((case for case in found if case.id not in due), key=lambda case: bool(case.ended))

    def case(self, case_id: str) -> Case:
        """A case; raises NoSuchCase."""
        with self.directory.database.reading() as connection:
            return self._case(connection, case_id)

    def suggested_name(self) -> str:
        """A code name that none of the account's cases has."""
        with self.directory.database.reading() as connection:
            return code_names.suggested(store.code_names(connection, self.account.id))

    def open_case(self, name: Written, need: Need, token: str = "") -> Case:
        """A new case. A need that was kept under a token moves into it: from then on it is kept here alone."""
        case = Case(
            id=secrets.token_urlsafe(16),
            code_name=free_text.code_name(name),
            owner=self.account.id,
            created_at=self.now,
            purge_after=_purge_after(need, self.now),
            need=asking.written_need(need),
        )
        with self.directory.database.writing() as connection:
            store.open_case(connection, case)
            if token:
                store.forget_need(connection, token)
            self._note(connection, "case opened", case)
        return case

    def rename(self, case: Case, name: Written) -> None:
        """Give a case another code name."""
        self._change(replace(case, code_name=free_text.code_name(name)), "case renamed")

    def change_need(self, case: Case, need: Need) -> None:
        """Another need; the board changes with it, and what was done by hand stays."""
        until = _purge_after(need, self.now)
        self._change(replace(case, need=asking.written_need(need), purge_after=until), "case need changed")

    def plan(self, case: Case, as_of: datetime | None) -> None:
        """Let the board stand as of a moment to come; None for now. What moves by that alone is not pointed out."""
        self.change_need(case, replace(self.need_of(case), as_of=as_of or self.now))
        self.look(self.board(self.case(case.id)))

    def need_of(self, case: Case) -> Need:
        """What is needed, as of now by the clock of the place, or as of the moment that is planned for."""
        return case.needed(self.directory.gazetteer, self.now)

    # --- colleagues ------------------------------------------------------------------------------------------------

    def colleagues(self, case: Case) -> dict[int, str]:
        """The names of those who were let in, by account."""
        with self.directory.database.reading() as connection:
            return {number: store.registered_as(connection, number).account.name for number in sorted(case.members)}

    def let_in(self, case: Case, name: str) -> None:
        """Let a colleague in by account name; raises CannotUnderstand where none of that name may work on cases."""
        self._own(case)
        with self.directory.database.writing() as connection:
            found = store.registered(connection, key_of(name))
            if found is None or found.disabled or found.account.role is not Role.COUNSELOR:
                fix = "Enter the name with which your colleague signs in"
                raise CannotUnderstand(Problem(Loudness.VALUE, "colleague", "is no counselor here", name, fix))
            if found.account.id != case.owner:
                store.let_in(connection, case.id, found.account.id)
            self._note(connection, "colleague let in", case)

    def put_out(self, case: Case, account: int) -> None:
        """Let a colleague in no longer: the owner anybody, a colleague nobody but themselves."""
        if account != self.account.id:
            self._own(case)
        with self.directory.database.writing() as connection:
            store.put_out(connection, case.id, account)
            self._note(connection, "colleague put out", case)

    # --- the board -------------------------------------------------------------------------------------------------

    def board(self, case: Case, limit: int = _SHOWN) -> Board:
        """The board as it stands; the first look at it is what later looks are held against."""
        with self.directory.database.reading() as connection:
            steps = tuple(store.steps(connection, case.id))
            calls = tuple(store.calls(connection, case.id))
            printed = store.handouts(connection, case.id)
            seen = store.seen(connection, case.id, self.account.id)
            wrong = store.found_wrong(connection, calls)
        begun = [call.listing_id for call in calls if call.unfinished(self.account.id, self.now)]
        hand = replace(by_hand(steps), watched=(*(seen.stood if seen else ()), *begun))
        answered = referral.options(self.directory, self.need_of(case), limit, hand).dialling(wrong)
        changed = self._changed_since(printed[-1], answered) if printed else None
        moved = board.moved(seen.stood, answered) if seen else ()
        now = self.now.astimezone(answered.need.as_of.tzinfo)
        made = Board(case, answered, now, steps, calls, changed, moved, self.account.id)
        if seen is None:
            self.look(made)
        return made

    def _changed_since(self, printed: Handout, answered: Answered) -> tuple[handout.Change, ...]:
        snapshot = dict(printed.snapshot)
        return handout.changes(snapshot, handout.as_it_stands(answered, snapshot["number"], self.now))

    def look(self, made: Board) -> None:
        """Say that the board was seen as it stands: from now on what moves after this is pointed out."""
        with self.directory.database.writing() as connection:
            if store.case_for(connection, made.case.id, self.account.id):
                store.remember_seen(connection, made.case.id, self.account.id, Seen(self.now, board.stood(made.answered)))

    def add_step(self, case: Case, step: Step, sure: bool = False) -> None:
        """Do something to the board by hand, with its reason; raises CannotUnderstand where the reason will not do."""
        found = self.directory.listings([step.listing_id]).get(step.listing_id)
        if found is None:
            raise CannotUnderstand(Problem(Loudness.VALUE, "listing", "is not in the directory", fix="Look it up by name"))
        because = free_text.reason(Written(step.because, sure), found, needed=step.kind is not StepKind.RESTORED)
        with self.directory.database.writing() as connection:
            self._case(connection, case.id)
            store.add_step(connection, case.id, replace(step, because=because))
            self._note(connection, "board arranged", case)

    def found_by_name(self, words: str) -> list[Listing]:
        """The centers that some words name, the most alike first."""
        generation = self.directory.index.current()
        ids = [generation.columns.ids[at] for at in generation.words.named(words, _SHOWN)]
        known = self.directory.listings(ids)
        return [known[one] for one in ids if one in known]

    # --- the end ---------------------------------------------------------------------------------------------------

    def end(self, case: Case, ending: Ending) -> None:
        """Write down what came of it: with the programs a day and what they did, with the case a sentence, nowhere a person."""
        names = self.directory.listings([*filter(None, (ending.admitted_by,)), *ending.turned_away_by])
        self._check(ending, names)
        with self.directory.database.writing() as connection:
            standing = self._case(connection, case.id)
            if standing.ended:
                return
            for listing_id in ending.turned_away_by:
                store.add_event(connection, listing_id, ending.on.isoformat(), "turned_away", None)
            if ending.admitted_by:
                how = "plan_b" if ending.kind is EndKind.PLAN_B else None
                store.add_event(connection, ending.admitted_by, ending.on.isoformat(), "admitted", how)
            _let_go(connection, case.id, ending.admitted_by)
            store.change_case(connection, replace(standing, ended=_in_words(ending, names)))
            self._note(connection, "case ended", case)

    def _check(self, ending: Ending, names: dict[str, Listing]) -> None:
        admitted = ending.kind in (EndKind.ADMITTED, EndKind.PLAN_B)
        if admitted and ending.admitted_by not in names:
            fix = "Choose the center that admitted"
            raise CannotUnderstand(Problem(Loudness.VALUE, "admitted_by", "is missing", fix=fix))
        if ending.on > (self.now + timedelta(days=1)).date() or ending.on < (self.now - _ENDED_LONG_AGO).date():
            fix = "Enter the day on which it ended, not later than today"
            raise CannotUnderstand(Problem(Loudness.VALUE, "on", "can't be the day", ending.on.isoformat(), fix))

    def purge(self, case: Case) -> tuple[str, ...]:
        """Erase the case with all that hangs on it; returns what is left to the administrator, in sentences."""
        self._own(case)
        _erase(self.directory, case.id, Who(self.account.name, self.now))
        return self.directory.database.leave_no_trace()

    # --- within ----------------------------------------------------------------------------------------------------

    def _case(self, connection: Connection, case_id: str) -> Case:
        case = store.case_for(connection, case_id, self.account.id)
        if case is None or case.purge_after <= self.now:
            raise NoSuchCase
        return case

    def _own(self, case: Case) -> None:
        if case.owner != self.account.id:
            raise NoSuchCase

    def _change(self, case: Case, action: str) -> None:
        with self.directory.database.writing() as connection:
            self._case(connection, case.id)
            store.change_case(connection, case)
            self._note(connection, action, case)

    def _note(self, connection: Connection, action: str, case: Case) -> None:
        store.audit(connection, Who(self.account.name, self.now), action, case.id)


def purge_due(directory: Directory, now: datetime) -> tuple[int, tuple[str, ...]]:
    """Erase the cases and kept needs whose time is over; how many cases, and what is left to the administrator."""
    with directory.database.writing() as connection:
        forgotten = store.forget_needs(connection, now)
        due = store.cases_due(connection, now)
    for case_id in due:
        _erase(directory, case_id, Who("", now))
    return len(due), directory.database.leave_no_trace(log=bool(due)) if forgotten or due else ()


def _erase(directory: Directory, case_id: str, who: Who) -> None:
    with directory.database.writing() as connection:
        case = store.case_with(connection, case_id)
        if case is None:
            return
        _let_go(connection, case_id)
        store.forget_needs_like(connection, case.need)
        store.purge_case(connection, case_id)
        store.audit(connection, who, "case purged", case_id)


def _let_go(connection: Connection, case_id: str, admitted_by: str = "") -> None:
    """Take back the holds that were made for a case: the person is somewhere by now, or does not come.

    How many beds were told with a hold stays, less the one in which the person is.
    """
    for call in store.calls(connection, case_id):
        for recorded in store.recorded(connection, [call.listing_id]):
            made = [one for one in kept(recorded.since.reports) if one.state is BedState.HELD]
            own = [one for one in made if [one.observed_at.isoformat(), one.recorded_by] == call.answers.get("report")]
            taken = call.listing_id == admitted_by
            left = [replace(one, state=BedState.OPEN, beds=(one.beds or 0) - taken, hold_until=None) for one in own]
            told = [*map(taken_back, own), *(one for one in left if one.beds and one.beds > 0)]
            store.append_reports(connection, [(call.listing_id, one) for one in told])


def _purge_after(need: Need, now: datetime) -> datetime:
    return max(need.meeting_ends or now, need.as_of, now) + KEPT


def _in_words(ending: Ending, names: dict[str, Listing]) -> str:
    day = f"{ending.on:%B} {ending.on.day}, {ending.on.year}"
    if ending.kind in (EndKind.ADMITTED, EndKind.PLAN_B):
        how = "Plan B was used: admitted" if ending.kind is EndKind.PLAN_B else "Admitted"
        return f"{how} by {names[ending.admitted_by].name} on {day}"
    return {EndKind.DID_NOT_GO: "The person did not go", EndKind.NO_PLACE: "No center admitted"}[ending.kind] + f", {day}"
