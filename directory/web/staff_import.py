"""Staff bring a file in the browser: choose it, read what it would change, then let it in or leave it.

What imports files is handed to the site by whoever starts it; this room knows no importer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from time import sleep
from typing import Any, Final, Protocol, cast

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import store
from directory.account import Who
from directory.resolve import Locate
from directory.uploads import MOST_BYTES, Upload, Uploads
from directory.vetting_desk import known_as
from directory.web import said_with
from directory.web.opened import now, opened, page
from directory.web.roles import needs
from directory.web.staff_review import COUNTS

staff_import: Final = Blueprint("staff_import", __name__, url_prefix="/staff/import")
_AROUND: Final = 16 << 10
_PATIENCE: Final = 120
_PAUSE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Wish:
    """A file to be imported: from which source, for whom, when, and what was said with it.

    `again` says that the same file was looked at before, so that a second refusal need not be recorded.
    """

    source: str
    path: Path
    by: str
    now: datetime
    observed_at: date | None = None
    covers: frozenset[str] | None = None
    skip_unknown: bool = False
    force_because: str = ""
    mapping: Path | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Proposed:
    """A mapping proposed for a table, what is not understood, lacks, or says its day; or why there is none."""

    text: str = ""
    phrases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    columns: Sequence[str] = ()
    lacking: Sequence[str] = ()
    dated: bool = True
    told: Mapping[str, Any] = field(default_factory=dict)


class Importing(Protocol):
    """What imports files.

    What came of it is told as a summary's JSON, with `imported`, `kinds` of problems and those of the `whole` file.
    """

    def propose(self, wish: Wish) -> Proposed:
        """A mapping for a table that came without one."""

    @property
    def mapped(self) -> str:
        """The source whose files need a second one, which says what their columns mean."""

    @property
    def sources(self) -> Mapping[str, str]:
        """What can be imported: a name, and what file that is in words."""

    def look(self, wish: Wish) -> Mapping[str, Any]:
        """What a file would change; changes nothing."""

    def carry_out(self, wish: Wish) -> Mapping[str, Any]:
        """Import a file."""

    def table(self, locate: Locate, now: datetime) -> bytes:
        """All listings as a CSV table, in which no cell is a formula and no withheld address stands."""


def importing() -> Importing:
    """What imports files; without it there is no such page."""
    found = current_app.extensions.get("importing")
    if found is None:
        abort(404)
    return cast(Importing, found)


def uploads() -> Uploads:
    """The files that wait."""
    return Uploads.of(opened().settings)


@staff_import.get("")
@needs("staff", "admin")
def choose() -> str:
    """Which file, of which source."""
    return _choose({})


@staff_import.post("")
@needs("staff", "admin", most_bytes=MOST_BYTES + _AROUND)
def send() -> Redirect | tuple[str, int]:
    """Keep the file, and try it."""
    sources, kept = importing(), uploads()
    kept.erase_old(now())
    said, wrong = said_with.entered()
    file, said["source"] = request.files.get("file"), request.form.get("source", "")
    if file is None or not file.filename:
        wrong["file"] = "Choose the file as it was downloaded."
    if said["source"] not in sources.sources:
        wrong["source"] = "Choose whose file it is."
    mapping = request.files.get("mapping") if said["source"] == sources.mapped else None
    if wrong or file is None:
        return _choose(wrong), 422
    with file.stream as sent:
        upload = kept.put(sent, file.filename or "", g.account.id, now())
    if mapping and mapping.filename:
        with mapping.stream as sent:
            kept.put_beside(upload, sent, mapping.filename)
    elif said["source"] == sources.mapped:
        return _propose(upload, said)
    kept.tell(upload, {"said": said, "report": dict(sources.look(wish(upload, said)))})
    return redirect(url_for("staff_import.report", token=upload.token), 303)


def _propose(upload: Upload, said: Mapping[str, Any]) -> Redirect:
    """To the mapping that is proposed; of what is no table to the report that says so."""
    found = importing().propose(wish(upload, said))
    told = {"report": dict(found.told)} if found.told else {"proposed": asdict(found)}
    uploads().tell(upload, {"said": said, **told})
    return redirect(url_for("staff_import.report" if found.told else "staff_mapping.form", token=upload.token), 303)


@staff_import.get("/<token>")
@needs("staff", "admin")
def report(token: str) -> str:
    """What the file would change, before anything is done."""
    upload = mine(token, "report")
    return _report(upload, said_with.form(upload.told["said"]), {})


@staff_import.post("/<token>/again")
@needs("staff", "admin")
def again(token: str) -> Redirect | tuple[str, int]:
    """Try the same file with what it did not say itself, after a report that asked for that."""
    upload = mine(token, "report")
    entered, wrong = said_with.entered()
    if wrong:
        return _report(upload, request.form.to_dict(flat=False), wrong), 422
    said = {**upload.told["said"], **entered}
    uploads().tell(upload, {"said": said, "report": dict(importing().look(replace(wish(upload, said), again=True)))})
    return redirect(url_for("staff_import.report", token=token), 303)


def _report(upload: Upload, form: Mapping[str, Sequence[str]], wrong: Mapping[str, str]) -> str:
    told, mapped = upload.told["report"], has_mapping(upload)
    shown = {"title": importing().sources.get(upload.told["said"]["source"], ""), "busy": uploads().busy(upload.token)}
    shown |= {"mapped": mapped, "asks": not mapped and said_with.asked_for(told), "form": form, "wrong": wrong}
    return page("staff_report.html", upload=upload, told=told, counts=COUNTS, **shown)


@staff_import.post("/<token>/confirm")
@needs("staff", "admin")
def confirm(token: str) -> Redirect | tuple[str, int]:
    """Let the file in, as it was tried; where it can't be any more, say why. Who confirms twice is led to what was done."""
    upload = mine(token, "report")
    with uploads().taken_up(upload) as ours:
        number = _let_in(upload) if ours else None
    if not ours:
        return _once_done(token)
    if number is None:
        return report(token), 409
    return redirect(url_for("staff_review.run", number=number), 303)


def _let_in(upload: Upload) -> int | None:
    """Import a file that was taken up; returns the number of the import, None where the file can't be imported any more."""
    told = importing().carry_out(wish(upload, upload.told["said"]))
    if not told["imported"]:
        uploads().tell(upload, {"report": dict(told)})
        return None
    with opened().database.writing() as connection:
        number = cast(int, store.newest_number(connection, told["source"]))
        store.audit(connection, Who(g.account.name, now()), "imported", f"{upload.told['said']['source']}: {upload.path.name}")
    uploads().conclude(upload, number)
    return number


def _once_done(token: str) -> Redirect:
    """To the import that the same file is becoming by an earlier click, once it is done; or back to the report."""
    for _ in range(_PATIENCE):
        if not uploads().busy(token):
            break
        sleep(_PAUSE)
    return redirect(url_for("staff_import.report", token=token), 303)


@staff_import.post("/<token>/cancel")
@needs("staff", "admin")
def cancel(token: str) -> Redirect:
    """Leave it; the file is erased, unless it is being imported at this moment."""
    upload = mine(token, "said")
    with uploads().taken_up(upload) as ours:
        if ours:
            uploads().erase(upload)
    return redirect(url_for("staff_import.choose"), 303) if ours else _once_done(token)


def mine(token: str, has: str) -> Upload:
    """Somebody's own file that waits, and of which something is known; who looks for an imported one is led to its import."""
    number = uploads().became(token)
    if number is not None:
        abort(redirect(url_for("staff_review.run", number=number, already="yes"), 303))
    found = uploads().find(token, g.account.id, now())
    if found is None or has not in found.told:
        abort(404)
    return found


def has_mapping(upload: Upload) -> bool:
    """Whether it is a table with a mapping, proposed or sent."""
    mapped = upload.told["said"]["source"] == importing().mapped
    return mapped and ("proposed" in upload.told or uploads().beside(upload) is not None)


def wish(upload: Upload, said: Mapping[str, Any]) -> Wish:
    """A file that waits, to be imported as was said."""
    return Wish(
        source=said["source"],
        path=upload.path,
        by=known_as(g.account),
        now=now(),
        observed_at=date.fromisoformat(said["observed"]) if said["observed"] else None,
        covers=frozenset(said["covers"].split(",")) if said["covers"] else None,
        skip_unknown=said["skip_unknown"],
        force_because=said["because"],
        mapping=uploads().beside(upload),
    )


def _choose(wrong: Mapping[str, str]) -> str:
    form = request.form.to_dict(flat=False)
    offered = {"": "Choose", **importing().sources}
    return page("staff_import.html", form=form, told=wrong, offered=offered, most=MOST_BYTES >> 20)
