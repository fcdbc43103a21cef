"""The list in the family's hands: a case's list frozen and numbered, its link for three days, and whether it still holds."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from directory import handout, store, values
from directory.account import Who
from directory.case import Case, Handout
from directory.handout import RULES, HandoutFacts, Snapshot
from directory.listing import Listing
from directory.meetings import Desk, NoSuchCase
from directory.referral import Directory

SHARED: Final = timedelta(hours=72)
_TOKEN_BYTES: Final = 16
_OF_ITS_MAKING: Final = ("number", "made_at", "as_of")


@dataclass(frozen=True, slots=True)
class HandingOut:
    """What one account does with the hand-outs of its cases."""

    desk: Desk

    @property
    def _directory(self) -> Directory:
        return self.desk.directory

    def all(self, case: Case) -> list[Handout]:
        """A case's hand-outs, the newest first."""
        with self._directory.database.reading() as connection:
            return store.handouts(connection, case.id)[::-1]

    def one(self, case: Case, number: int) -> Handout:
        """A hand-out of the case; raises NoSuchCase for any other number."""
        found = next((one for one in self.all(case) if one.id == number), None)
        if found is None:
            raise NoSuchCase
        return found

    def make(self, case: Case) -> Handout:
        """Freeze the list as it stands, under a number of its own within the case."""
        snapshot = self._frozen(case, len(self.all(case)) + 1)
        kept = Handout(0, case.id, self.desk.account.id, self.desk.now, snapshot)
        with self._directory.database.writing() as connection:
            made = store.add_handout(connection, kept)
            store.audit(connection, self._who, "hand-out made", case.id)
        return made

    def changed(self, case: Case, made: Handout) -> bool:
        """Whether the list would say anything else now."""
        now = self._frozen(case, int(made.snapshot["number"]))
        return _lasting(now) != _lasting(made.snapshot)

    def share(self, case: Case, made: Handout) -> str:
        """A new link's secret, good for three days; one that was given before leads nowhere from then on."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._directory.database.writing() as connection:
            store.share_handout(connection, made.id, _digest(token), self.desk.now + SHARED)
            store.audit(connection, self._who, "hand-out shared", case.id)
        return token

    def revoke(self, case: Case, made: Handout) -> None:
        """Let the link lead nowhere."""
        with self._directory.database.writing() as connection:
            store.share_handout(connection, made.id, None, None)
            store.audit(connection, self._who, "hand-out no longer shared", case.id)

    @property
    def _who(self) -> Who:
        return Who(self.desk.account.name, self.desk.now)

    def _frozen(self, case: Case, number: int) -> Snapshot:
        board = self.desk.board(case)
        extra = {entry.listing.id: facts_of(entry.listing) for entry in board.answered.presented()}
        return handout.freeze(board.answered, extra, number, self.desk.now)


def shared(directory: Directory, token: str, now: datetime) -> Handout | None:
    """The hand-out that a link leads to; None for any other, or once its time is over."""
    with directory.database.reading() as connection:
        return store.shared_handout(connection, _digest(token), now)


def facts_of(listing: Listing) -> HandoutFacts:
    """What a center said on the telephone to those who will come."""
    told = listing.practical
    return HandoutFacts(
        ask_for=told.get("ask_for", ""),
        cost=told.get("upfront_cost", ""),
        length=told.get("length_of_stay", ""),
        bring=_things(told.get("bring", "")),
        not_bring=_things(told.get("not_bring", "")),
        transport=told.get("transport", ""),
        rules=tuple((code, told[code]) for code in RULES if code in told),
    )


def _things(words: str) -> tuple[str, ...]:
    return tuple(filter(None, (values.text(part) for part in words.replace(";", ",").split(","))))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _lasting(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot without what differs each time it is made: its number and moments, and the arrival that moves with them."""
    told = {name: value for name, value in snapshot.items() if name not in _OF_ITS_MAKING}
    return {name: _without_arrival(value) for name, value in told.items()}


def _without_arrival(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_arrival(part) for name, part in value.items() if name != "arrives_at"}
    return [_without_arrival(part) for part in value] if isinstance(value, list) else value
