"""What staff do about the checking of a listing: open it, check an item, approve, reject, and take a complaint up.

Each is one transaction that reads the file anew, so that of two who decide at once the second sees what the first did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from directory import store, vetting
from directory.account import Account, Role
from directory.account import Who as Auditor
from directory.listing import Provenance, Statement
from directory.referral import Directory
from directory.store import Holding
from directory.vetting import Answered, Decided
from directory.vetting_file import File, Outcome, Step, Who
from directory.vetting_items import BY_CODE, Item
from directory.vocabulary import SourceKind

SOURCE: Final = "staff"
CHECKERS: Final = (Role.STAFF, Role.ADMIN)
"""Who checks and approves. Whoever is signed in may bring a complaint."""


class NoSuchListing(LookupError):
    """There is no listing of that id."""


@dataclass(frozen=True, slots=True)
class CheckingDesk:
    """The checking of listings by one account at one moment."""

    directory: Directory
    account: Account
    now: datetime

    def file(self, listing_id: str) -> File:
        """A listing with its checking so far; raises NoSuchListing."""
        with self.directory.database.reading() as connection:
            return self._file(connection, listing_id)

    def holding(self, listing_id: str) -> list[Holding]:
        """The open cases that hold a listing."""
        with self.directory.database.reading() as connection:
            return store.cases_holding(connection, listing_id)

    def open(self, listing_id: str) -> None:
        """Begin to check, or to check anew."""
        self._decide(listing_id, "vetting opened", vetting.opened)

    def check(self, listing_id: str, found: Step) -> None:
        """Write down what a check found."""
        self._decide(listing_id, f"vetting checked {found.item}", lambda file, who: vetting.checked(file, who, found))

    def answer(self, listing_id: str, item: Item, given: Sequence[Step]) -> None:
        """Write down the answers to some of an item's questions, all or none of them."""
        self._write(listing_id, f"vetting answered {item.code}", lambda file, who: vetting.answered(file, who, item, given))

    def approve(self, listing_id: str, conditions: str) -> None:
        """Give the first or the second approval; what somebody has to say of themselves is answered before."""
        self._decide(listing_id, "vetting approved", lambda file, who: vetting.approved(file, who, conditions))

    def reject(self, listing_id: str, because: str) -> None:
        """Send nobody there."""
        self._decide(listing_id, "vetting rejected", lambda file, who: vetting.rejected(file, who, because))

    def complain(self, listing_id: str, because: str) -> list[Holding]:
        """Suspend a listing at once; returns the open cases that hold it."""
        self._decide(listing_id, "vetting complaint", lambda file, who: vetting.complained(file, who, because))
        return self.holding(listing_id)

    def _decide(self, listing_id: str, action: str, decide: Callable[[File, Who], Decided]) -> None:
        def one(file: File, who: Who) -> Answered:
            step, becomes = decide(file, who)
            return (step,), becomes

        self._write(listing_id, action, one)

    def _write(self, listing_id: str, action: str, decide: Callable[[File, Who], Answered]) -> None:
        with self.directory.database.writing() as connection:
            who = Who(self.account.id, known_as(self.account), self.now)
            file = self._file(connection, listing_id)
            steps, becomes = decide(file, who)
            listing_id = file.listing.id
            for step in steps:
                store.append_vetting_step(connection, listing_id, step)
                if told := _read_there(listing_id, step):
                    store.append(connection, [told], None)
            if becomes:
                store.append_vettings(connection, [(listing_id, becomes)])
            store.audit(connection, Auditor(self.account.name, self.now), action, listing_id)

    def _file(self, connection: Connection, listing_id: str) -> File:
        found = next(store.listings(connection, self.directory.gazetteer.locate, [listing_id]), None)
        if found is None:
            raise NoSuchListing(listing_id)
        return File(found, store.vetting_steps(connection, [listing_id])[listing_id], self.now)


def _read_there(listing_id: str, step: Step) -> Statement | None:
    """What a check says of the listing itself: of its license the new last day, as the register has it."""
    item = BY_CODE.get(step.item)
    if item is None or not item.sets or step.until is None or step.outcome is not Outcome.MET:
        return None
    by = Provenance(SOURCE, SourceKind.LICENSING, step.words, step.who.at.date(), step.who.by)
    values, yes = {item.sets: step.until.isoformat()}, frozenset(("status.licensed",))
    return Statement(SOURCE, f"{listing_id}/{item.code}", by, values, yes, about=listing_id)


def known_as(account: Account) -> str:
    """How somebody stands with what they did where others read it: the role, and the account's number, never a name."""
    return f"{account.role} {account.id}"
