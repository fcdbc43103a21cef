"""A table that came without its mapping: one is proposed, staff mend it in the page, and go on to what it would change."""

import io
import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import values
from directory.normalize import FIELDS
from directory.uploads import Upload
from directory.vocabulary import GROUPS
from directory.web.opened import now, page
from directory.web.roles import MOST_TEXT, needs
from directory.web.staff_import import has_mapping, importing, mine, uploads, wish

staff_mapping: Final = Blueprint("staff_mapping", __name__, url_prefix="/staff/import")
_FILE: Final = "mapping.toml"
_SAYS_ITS_DAY: Final = re.compile(r"^\s*observed\s*=", re.MULTILINE)


@staff_mapping.get("/<token>/mapping")
@needs("staff", "admin")
def form(token: str) -> str:
    """The mapping as it is proposed, or as it was sent."""
    upload = _mapped(token)
    sent = uploads().beside(upload)
    text = sent.read_text(encoding="utf-8-sig", errors="replace") if sent else upload.told["proposed"]["text"]
    return _page(upload, text, upload.told["said"], {})


@staff_mapping.post("/<token>/mapping")
@needs("staff", "admin", most_bytes=MOST_TEXT)
def send(token: str) -> Redirect | tuple[str, int]:
    """Try the table with this mapping; where it does not fit, or the day is lacking, say so beside each, both at once."""
    upload, kept = _mapped(token), uploads()
    if kept.busy(token):
        return redirect(url_for("staff_import.report", token=token), 303)
    text = request.form.get("mapping", "").replace("\r\n", "\n")
    observed, wrong = _day(upload, text)
    said = {**upload.told["said"], "observed": observed, "skip_unknown": request.form.get("skip_unknown") == "yes"}
    kept.put_beside(upload, io.BytesIO(text.encode()), _FILE)
    some_day = {"observed": now().date().isoformat()} if wrong else {}
    told = dict(importing().look(wish(upload, said | some_day)))
    if not told["imported"]:
        wrong = wrong | {"mapping": told["problems"]}
    if not some_day:
        kept.tell(upload, {"said": said, "report": told})
    if wrong:
        return _page(upload, text, said, wrong), 422
    return redirect(url_for("staff_import.report", token=token), 303)


def _mapped(token: str) -> Upload:
    upload = mine(token, "said")
    if not has_mapping(upload):
        abort(404)
    return upload


def _day(upload: Upload, text: str) -> tuple[str, dict[str, Any]]:
    """The day that the table speaks of as it was entered, and what is wrong with it; needed where nothing else says one."""
    written = request.form.get("observed", upload.told["said"]["observed"]).strip()
    if not written:
        lacking = not upload.told.get("proposed", {}).get("dated", True) and not _SAYS_ITS_DAY.search(text)
        return "", {"observed": "Enter the day that the table speaks of: it does not say it."} if lacking else {}
    try:
        return values.written_day(written), {}
    except ValueError as error:
        return written, {"observed": f"{error}."}


def _page(upload: Upload, text: str, said: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    proposed, form = upload.told.get("proposed", {}), {"observed": [said["observed"]]}
    shown = {"fields": FIELDS, "groups": GROUPS, "skips": said["skip_unknown"]}
    return page("staff_mapping.html", upload=upload, text=text, form=form, told=told, proposed=proposed, **shown)
