"""The administrator's pages: accounts, as on the command line, and the audit. A link is shown once and never sent."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import accounts, store
from directory.account import Role, Who
from directory.problems import CannotUnderstand
from directory.web.opened import now, opened, page, register
from directory.web.roles import needs
from directory.web.sign_in import sentence

admin: Final = Blueprint("admin", __name__, url_prefix="/admin")
ROLES: Final = {
    Role.COUNSELOR: "Counselor: cases, calls, hand-outs",
    Role.STAFF: "Staff: listings and their beds",
    Role.ADMIN: "Admin: accounts and the audit",
}
_OWN: Final = "This is your own account. Another admin can do that, or somebody on the command line."
_LINES: Final = 300


@admin.get("/accounts")
@needs("admin")
def people() -> str:
    """Every account, with what still has to be done, and the form for a new one."""
    return _people({})


@admin.post("/accounts")
@needs("admin")
def add() -> str | tuple[str, int]:
    """A new account; its link is shown this once."""
    name, role = request.form.get("name", "")[:100], request.form.get("role", "")
    if role not in [*Role]:
        return _people({"role": "Choose what the person does here."}), 422
    try:
        return _people({}, (name.strip(), accounts.add(register(), name, Role(role), _who())))
    except CannotUnderstand as error:
        return _people({"name": sentence(error)}), 422


@admin.post("/accounts/<int:account>/reset")
@needs("admin")
def reset(account: int) -> str | tuple[str, int]:
    """Take password, app and sessions away; a new link, shown this once."""
    name = _name(account)
    if account == g.account.id:
        return _people({"own": _OWN}), 422
    return _people({}, (name, accounts.reset(register(), name, _who())))


@admin.post("/accounts/<int:account>/disable")
@needs("admin")
def disable(account: int) -> Redirect | tuple[str, int]:
    """Close an account at once, wherever it is signed in."""
    return _changed(account, lambda name: accounts.disable(register(), name, _who()))


@admin.post("/accounts/<int:account>/role")
@needs("admin")
def change_role(account: int) -> Redirect | tuple[str, int]:
    """Another role; the account is signed out everywhere."""
    role = request.form.get("role", "")
    if role not in [*Role]:
        abort(400)
    return _changed(account, lambda name: accounts.change_role(register(), name, Role(role), _who()))


@admin.get("/audit")
@needs("admin")
def audit() -> str:
    """Who did what, when, the newest first: never what was written or read."""
    with opened().database.reading() as connection:
        lines = store.newest_audited(connection, _LINES)
    return page("admin_audit.html", lines=lines, most=_LINES)


def _changed(account: int, change: Callable[[str], None]) -> Redirect | tuple[str, int]:
    """Somebody else's account changed; nobody locks themselves out, so one admin is always left."""
    name = _name(account)
    if account == g.account.id:
        return _people({"own": _OWN}), 422
    change(name)
    return redirect(url_for("admin.people"), 303)


def _name(account: int) -> str:
    found = next((one.account.name for one in accounts.everybody(register()) if one.account.id == account), None)
    if found is None:
        abort(404)
    return found


def _who() -> Who:
    return Who(g.account.name, now())


def _people(told: dict[str, str], made: tuple[str, str] | None = None) -> str:
    link = url_for("sign_in.activate", token=made[1], _external=True) if made else ""
    return page(
        "admin_people.html",
        everybody=[(one, accounts.state(one)) for one in accounts.everybody(register())],
        roles=ROLES,
        told=told,
        link=link,
        link_for=made[0] if made else "",
        hours=accounts.LINK_HOURS,
        form={} if made else request.form,
    )
