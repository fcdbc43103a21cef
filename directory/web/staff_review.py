"""What imports brought: the contradictions that staff settle side by side, and the record of every import, to be undone."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import review, store, undoing
from directory.account import Who
from directory.conflicts import PLACE, Decision, Opened, Settled
from directory.listing import Listing
from directory.problems import CannotUnderstand
from directory.review import AlreadySettled
from directory.spoken import capital
from directory.vetting_desk import known_as
from directory.vocabulary import SourceKind
from directory.web.back import done, refused
from directory.web.opened import now, opened, page
from directory.web.roles import needs

staff_review: Final = Blueprint("staff_review", __name__, url_prefix="/staff")
KINDS: Final = {
    SourceKind.STAFF_CALL: "a call by staff",
    SourceKind.ATTESTATION: "the center itself",
    SourceKind.LICENSING: "a register of licenses",
    SourceKind.SURVEY: "a national survey",
    SourceKind.WEB: "the web",
}
COUNTS: Final = {
    "rows": "Rows", "new": "New", "changed": "Changed", "unchanged": "Unchanged", "gone": "Not in the latest file",
    "refused": "Left out", "conflicts": "In conflict",
}  # fmt: skip
_AT_ONCE: Final = 25
_DECIDED: Final = 5
_RUNS: Final = 100
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """A conflict as it stands on the page, with its listing as it is now."""

    opened: Opened
    listing: Listing

    @property
    def stands(self) -> str:
        """What stands, in people's words."""
        return capital(self.opened.conflict.in_words(self.opened.conflict.stands))

    @property
    def said(self) -> str:
        """What was said against it."""
        return capital(self.opened.conflict.in_words(self.opened.conflict.said))


@staff_review.get("/conflicts")
@needs("staff", "admin")
def conflicts() -> str:
    """The contradictions that wait, both sides beside each other, and those that were settled last."""
    return _conflicts("")


@staff_review.post("/conflicts/<int:number>")
@needs("staff", "admin")
def settle(number: int) -> Redirect | tuple[str, int]:
    """Keep what was confirmed, or take the new."""
    decisions = {"keep": Decision.KEPT, "take": Decision.TAKEN}
    decision = decisions.get(request.form.get("decision", ""))
    if decision is None:
        abort(400)
    because = " ".join(request.form.get("because", "").split())[:_LONGEST]
    try:
        settled = Settled(decision, now(), known_as(g.account), because)
        review.settle(opened().database, number, settled, Who(g.account.name, now()))
    except AlreadySettled:
        words = "Somebody has settled that one already. Nothing was changed."
        return refused({"decision": {"": words}}, lambda: _conflicts(words)), 409
    return done(url_for("staff_review.conflicts"))


@staff_review.post("/conflicts/<int:number>/again")
@needs("staff", "admin")
def again(number: int) -> Redirect | tuple[str, int]:
    """Think better of it."""
    try:
        review.open_again(opened().database, number, known_as(g.account), Who(g.account.name, now()))
    except AlreadySettled:
        return _conflicts("That one is open already. Nothing was changed."), 409
    return redirect(url_for("staff_review.conflicts"), 303)


def _conflicts(wrong: str) -> str:
    with opened().database.reading() as connection:
        waiting, count = store.open_conflicts(connection, _AT_ONCE), store.count_conflicts(connection)
        decided = store.settled_conflicts(connection, _DECIDED)
    found = opened().listings(sorted({one.conflict.listing_id for one in (*waiting, *decided)}))
    return page(
        "staff_conflicts.html",
        waiting=[Shown(one, found[one.conflict.listing_id]) for one in waiting],
        decided=[Shown(one, found[one.conflict.listing_id]) for one in decided],
        count=count,
        kinds=KINDS,
        place=PLACE,
        wrong=wrong,
    )


@staff_review.get("/runs")
@needs("staff", "admin")
def runs() -> str:
    """The imports, the newest first."""
    with opened().database.reading() as connection:
        found = store.runs(connection, _RUNS)
    importing = current_app.extensions["importing"] is not None
    return page("staff_runs.html", runs=found, counts=COUNTS, most=_RUNS, importing=importing)


@staff_review.get("/runs/<int:number>")
@needs("staff", "admin")
def run(number: int) -> str:
    """All that is recorded of one import, and whether it can be undone."""
    with opened().database.reading() as connection:
        found = store.run(connection, number)
        if found is None:
            abort(404)
        newest = found.source != store.EXCHANGED and store.newest_number(connection, found.source) == number
    return page("staff_run.html", number=number, run=found, told=found.summary, counts=COUNTS, newest=newest)


@staff_review.get("/runs/<int:number>/undo")
@needs("staff", "admin")
def look_at_undoing(number: int) -> str | tuple[str, int]:
    """What undoing an import would do, before anything is done."""
    try:
        with opened().database.reading() as connection:
            return page("staff_undo.html", undoing=undoing.look(connection, number))
    except CannotUnderstand as error:
        code = 404 if isinstance(error, undoing.NoSuchImport) else 409
        return page("staff_undo.html", undoing=None, number=number, problem=error.problems[0]), code


@staff_review.post("/runs/<int:number>/undo")
@needs("staff", "admin")
def undo(number: int) -> Redirect | tuple[str, int]:
    """Undo an import; where it can't be any more, say why."""
    try:
        undoing.undo(opened().database, number, known_as(g.account), Who(g.account.name, now()))
    except CannotUnderstand as error:
        return page("staff_undo.html", undoing=None, number=number, problem=error.problems[0]), 409
    return redirect(url_for("staff_review.run", number=number), 303)
