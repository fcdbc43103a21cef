"""Staff take all listings along as a table for spreadsheet programs; who did is in the audit."""

from typing import Final

from flask import Blueprint, Response, g

from directory import store
from directory.account import Who
from directory.web.opened import now, opened
from directory.web.roles import needs
from directory.web.staff_import import importing

staff_table: Final = Blueprint("staff_table", __name__, url_prefix="/staff/table")


@staff_table.post("")
@needs("staff", "admin")
def download() -> Response:
    """Every listing as it stands now, one row each."""
    moment = now()
    table = importing().table(opened().gazetteer.locate, moment)
    with opened().database.writing() as connection:
        store.audit(connection, Who(g.account.name, moment), "table downloaded", "all listings")
    answer = Response(table, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"listings-{moment:%Y-%m-%d}.csv")
    return answer
