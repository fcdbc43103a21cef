"""A table that came without its mapping: one is proposed, staff mend it in the page, and go on to what it would change."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory.normalize import FIELDS
from directory.uploads import Upload
from directory.vocabulary import GROUPS
from directory.web import said_with
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
    return _page(upload, text, said_with.form(upload.told["said"]), {})


@staff_mapping.post("/<token>/mapping")
@needs("staff", "admin", most_bytes=MOST_TEXT)
def send(token: str) -> Redirect | tuple[str, int]:
    """Try the table with this mapping; where it does not fit, or the day is lacking, say so beside each, both at once."""
    upload, kept = _mapped(token), uploads()
    if kept.busy(token):
        return redirect(url_for("staff_import.report", token=token), 303)
    text = request.form.get("mapping", "").replace("\r\n", "\n")
    entered, wrong = said_with.entered(upload.told["said"])
    said, beside = {**upload.told["said"], **entered}, _lacking(upload, text, entered) | wrong
    kept.put_beside(upload, io.BytesIO(text.encode()), _FILE)
    some_day = {"observed": now().date().isoformat()} if "observed" in beside else {}
    told = dict(importing().look(wish(upload, said | some_day)))
    if not beside:
        kept.tell(upload, {"said": said, "report": told})
    if beside or not told["imported"]:
        in_mapping = {} if told["imported"] else {"mapping": told["problems"]}
        return _page(upload, text, request.form.to_dict(flat=False), beside | in_mapping), 422
    return redirect(url_for("staff_import.report", token=token), 303)


def _mapped(token: str) -> Upload:
    upload = mine(token, "said")
    if not has_mapping(upload):
        abort(404)
    return upload


def _lacking(upload: Upload, text: str, entered: Mapping[str, Any]) -> dict[str, Any]:
    """What to say where nothing tells the day that the table speaks of."""
    if entered["observed"] or upload.told.get("proposed", {}).get("dated", True) or _SAYS_ITS_DAY.search(text):
        return {}
    return {"observed": "Enter the day that the table speaks of: it does not say it."}


def _page(upload: Upload, text: str, form: Mapping[str, Sequence[str]], told: Mapping[str, Any]) -> str:
    shown = {"fields": FIELDS, "groups": GROUPS, "proposed": upload.told.get("proposed", {})}
    return page("staff_mapping.html", upload=upload, text=text, form=form, told=told, **shown)
