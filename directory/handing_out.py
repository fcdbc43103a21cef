"""The list in the family's hands: a case's list frozen and numbered, and its link for three days."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from directory import handout, store
from directory.account import Who
from directory.case import Case, Handout
from directory.matching.standing import BARRED
from directory.meetings import Desk, NoSuchCase
from directory.referral import Directory

SHARED: Final = timedelta(hours=72)
_TOKEN_BYTES: Final = 16


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
        answered = self.desk.board(case).answered
        snapshot = handout.as_it_stands(answered, len(self.all(case)) + 1, self.desk.now)
        kept = Handout(0, case.id, self.desk.account.id, self.desk.now, snapshot)
        with self._directory.database.writing() as connection:
            made = store.add_handout(connection, kept)
            store.audit(connection, self._who, "hand-out made", case.id)
        return made

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


def shared(directory: Directory, token: str, now: datetime) -> Handout | None:
    """The hand-out that a link leads to; None for any other, or once its time is over."""
    with directory.database.reading() as connection:
        return store.shared_handout(connection, _digest(token), now)


def taken_off(directory: Directory, made: Handout, now: datetime) -> tuple[str, ...]:
    """The names, as they were printed, of those on a hand-out to whom nobody may be sent any more."""
    snapshot = made.snapshot
    listed = [center for part in ("options", "backups", "bridges") for center in snapshot[part]]
    steps = (center.get("then") for center in listed)
    named = {one["id"]: str(one["name"]) for one in (*listed, *steps) if one and "id" in one}
    known = directory.listings(list(named))
    return tuple(name for key, name in named.items() if key in known and known[key].vetting(now) in BARRED)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
