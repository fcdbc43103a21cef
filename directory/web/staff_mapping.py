"""A table that came without its mapping: one is proposed, staff mend it in the page, and go on to what it would change."""

import io
from typing import Any, Final

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory.uploads import Upload
from directory.web.opened import page
from directory.web.roles import MOST_TEXT, needs
from directory.web.staff_import import has_mapping, importing, mine, uploads, wish

staff_mapping: Final = Blueprint("staff_mapping", __name__, url_prefix="/staff/import")
_FILE: Final = "mapping.toml"


@staff_mapping.get("/<token>/mapping")
@needs("staff", "admin")
def form(token: str) -> str:
    """The mapping as it is proposed, or as it was sent."""
    upload = _mapped(token)
    sent = uploads().beside(upload)
    text = sent.read_text(encoding="utf-8-sig", errors="replace") if sent else upload.told["proposed"]["text"]
    return _page(upload, text, ())


@staff_mapping.post("/<token>/mapping")
@needs("staff", "admin", most_bytes=MOST_TEXT)
def send(token: str) -> Redirect | tuple[str, int]:
    """Try the table with this mapping; where it does not fit, say why beside it."""
    upload, kept = _mapped(token), uploads()
    if kept.busy(token):
        return redirect(url_for("staff_import.report", token=token), 303)
    text = request.form.get("mapping", "").replace("\r\n", "\n")
    said = {**upload.told["said"], "skip_unknown": request.form.get("skip_unknown") == "yes"}
    kept.put_beside(upload, io.BytesIO(text.encode()), _FILE)
    told = dict(importing().look(wish(upload, said)))
    kept.tell(upload, {"said": said, "report": told})
    if not told["imported"]:
        return _page(upload, text, told["problems"], said["skip_unknown"]), 422
    return redirect(url_for("staff_import.report", token=token), 303)


def _mapped(token: str) -> Upload:
    upload = mine(token, "said")
    if not has_mapping(upload):
        abort(404)
    return upload


def _page(upload: Upload, text: str, problems: Any, skips: bool | None = None) -> str:
    skips = upload.told["said"]["skip_unknown"] if skips is None else skips
    proposed = upload.told.get("proposed", {})
    told = {"mapping": problems} if problems else {}
    return page("staff_mapping.html", upload=upload, text=text, told=told, proposed=proposed, skips=skips)
