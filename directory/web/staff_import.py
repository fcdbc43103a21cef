"""Staff bring a file in the browser: choose it, read what it would change, then let it in or leave it.

What imports files is handed to the site by whoever starts it; this room knows no importer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Protocol, cast

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import store, values
from directory.account import Who
from directory.uploads import MOST_BYTES, Upload, Uploads
from directory.vetting_desk import known_as
from directory.web.opened import now, opened, page
from directory.web.roles import needs
from directory.web.staff_review import COUNTS

staff_import: Final = Blueprint("staff_import", __name__, url_prefix="/staff/import")
_LONGEST: Final = 300
_AROUND: Final = 16 << 10
_WRITTEN: Final = ("source", "observed", "covers", "because")


@dataclass(frozen=True, slots=True)
class Wish:
    """A file to be imported: from which source, for whom, when, and what was said with it."""

    source: str
    path: Path
    by: str
    now: datetime
    observed_at: date | None = None
    covers: frozenset[str] | None = None
    skip_unknown: bool = False
    force_because: str = ""
    mapping: Path | None = None


class Importing(Protocol):
    """What imports files. What came of it is told as a summary's JSON, with `imported` and `kinds` of problems."""

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


def _importing() -> Importing:
    found = current_app.extensions.get("importing")
    if found is None:
        abort(404)
    return cast(Importing, found)


def _uploads() -> Uploads:
    return Uploads(opened().settings.instance / "uploads")


@staff_import.get("")
@needs("staff", "admin")
def choose() -> str:
    """Which file, of which source."""
    return _choose({})


@staff_import.post("")
@needs("staff", "admin", most_bytes=MOST_BYTES + _AROUND)
def send() -> Redirect | tuple[str, int]:
    """Keep the file, and try it."""
    importing, uploads, wrong = _importing(), _uploads(), dict[str, str]()
    uploads.erase_old(now())
    file, said = request.files.get("file"), _said(wrong)
    if file is None or not file.filename:
        wrong["file"] = "Choose the file as it was downloaded."
    if said["source"] not in importing.sources:
        wrong["source"] = "Choose whose file it is."
    mapping = request.files.get("mapping") if said["source"] == importing.mapped else None
    if said["source"] == importing.mapped and not (mapping and mapping.filename):
        wrong["mapping"] = "Choose the mapping too, a TOML file."
    if wrong or file is None:
        return _choose(wrong), 422
    with file.stream as sent:
        upload = uploads.put(sent, file.filename or "", g.account.id, now())
    if mapping:
        with mapping.stream as sent:
            uploads.put_beside(upload, sent, mapping.filename or "")
    uploads.tell(upload, {"said": said, "report": dict(importing.look(_wish(upload, said)))})
    return redirect(url_for("staff_import.report", token=upload.token), 303)


@staff_import.get("/<token>")
@needs("staff", "admin")
def report(token: str) -> str:
    """What the file would change, before anything is done."""
    upload = _mine(token)
    said, told = upload.told["said"], upload.told["report"]
    title = _importing().sources.get(said["source"], "")
    return page("staff_report.html", upload=upload, said=said, told=told, title=title, counts=COUNTS)


@staff_import.post("/<token>/confirm")
@needs("staff", "admin")
def confirm(token: str) -> Redirect | tuple[str, int]:
    """Let the file in, as it was tried; where it can't be any more, say why."""
    upload = _mine(token)
    said = upload.told["said"]
    told = _importing().carry_out(_wish(upload, said))
    if not told["imported"]:
        _uploads().tell(upload, {"report": dict(told)})
        return report(token), 409
    _uploads().erase(upload)
    with opened().database.writing() as connection:
        store.audit(connection, Who(g.account.name, now()), "imported", f"{said['source']}: {upload.path.name}")
        found = next((key for key, run in store.runs(connection, 20) if run.sha256 == told["sha256"]), None)
    return redirect(url_for("staff_review.run", number=found) if found else url_for("staff_review.runs"), 303)


@staff_import.post("/<token>/cancel")
@needs("staff", "admin")
def cancel(token: str) -> Redirect:
    """Leave it; the file is erased."""
    _uploads().erase(_mine(token))
    return redirect(url_for("staff_import.choose"), 303)


def _mine(token: str) -> Upload:
    found = _uploads().find(token, g.account.id, now())
    if found is None or "report" not in found.told:
        abort(404)
    return found


def _said(wrong: dict[str, str]) -> dict[str, Any]:
    """What was chosen beside the file, as it is kept; what can't be read is told."""
    said = {
        name: " ".join(request.form.get(name, "").split())[:_LONGEST] for name in ("source", "observed", "covers", "because")
    }
    for name, read in (("observed", values.written_day), ("covers", _states)):
        try:
            said[name] = read(said[name]) if said[name] else ""
        except ValueError as error:
            wrong[name] = f"{error}."
    return {**said, "skip_unknown": request.form.get("skip_unknown") == "yes"}


def _states(written: str) -> str:
    if written.casefold() == "all":
        return ",".join(sorted(values.STATES))
    return ",".join(sorted({values.state_province(one) for one in written.split(",")}))


def _wish(upload: Upload, said: Mapping[str, Any]) -> Wish:
    return Wish(
        source=said["source"],
        path=upload.path,
        by=known_as(g.account),
        now=now(),
        observed_at=date.fromisoformat(said["observed"]) if said["observed"] else None,
        covers=frozenset(said["covers"].split(",")) if said["covers"] else None,
        skip_unknown=said["skip_unknown"],
        force_because=said["because"],
        mapping=_uploads().beside(upload),
    )


def _choose(wrong: Mapping[str, str]) -> str:
    form = {name: request.form.getlist(name) for name in (*_WRITTEN, "skip_unknown")}
    offered = {"": "Choose", **_importing().sources}
    return page("staff_import.html", form=form, told=wrong, offered=offered, most=MOST_BYTES >> 20)
