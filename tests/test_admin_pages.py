"""The administrator's pages: accounts made, changed and closed in a browser as on the command line, each in the audit."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory import accounts, store
from directory.accounts import Registered, Role
from directory.referral import Directory
from tests import sites
from tests.test_cases_pages import NOW, a_page, plain, send, signed_in
from tests.test_web import well_formed

LINK = re.compile(r"/activate/[A-Za-z0-9_-]+")


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path, template, []) as opened:
        yield opened


@pytest.fixture
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return signed_in(app, "Ada Admin", Role.ADMIN)


def account(app: Flask, name: str) -> Registered:
    return next(one for one in accounts.everybody(app.extensions["register"]) if one.account.name == name)


def audited(directory: Directory) -> list[tuple[str, str, str]]:
    with directory.database.reading() as connection:
        return [line[1:] for line in store.audited(connection)]


def test_a_new_account_gets_a_link_that_is_shown_once(app: Flask, admin: FlaskClient, directory: Directory) -> None:
    made = send(admin, "/admin/accounts", name="Kim Counselor", role="counselor")
    well_formed(made.text)
    link = LINK.search(made.text)
    assert made.status_code == 200 and link and "The link for Kim Counselor, shown this once" in plain(made.text)
    assert made.headers["Cache-Control"] == "no-store"
    assert app.test_client().get(link[0]).status_code == 200
    listed = a_page(admin, "/admin/accounts")
    assert "Kim Counselor , counselor: waits for its link to be used" in listed and not LINK.search(listed)
    assert ("Ada Admin", "account added", "Kim Counselor") in audited(directory)
    assert "Account added Kim Counselor Ada Admin" in a_page(admin, "/admin/audit") and link[0] not in str(audited(directory))


@pytest.mark.parametrize(
    ("name", "role", "says"),
    [
        ("x", "counselor", "Use 2 to 60 letters"),
        ("ada ADMIN", "staff", "there is such an account"),
        ("Kim Counselor", "boss", "Choose what the person does here"),
    ],
)
def test_what_will_not_do_comes_back_as_it_was_typed(admin: FlaskClient, name: str, role: str, says: str) -> None:
    back = send(admin, "/admin/accounts", name=name, role=role)
    well_formed(back.text)
    assert back.status_code == 422 and says in plain(back.text) and f'value="{name}"' in back.text
    assert not LINK.search(back.text)


def test_somebody_is_closed_at_once_and_opened_by_a_new_link(app: Flask, admin: FlaskClient, directory: Directory) -> None:
    kim = signed_in(app, "Kim Counselor")
    number = account(app, "Kim Counselor").account.id
    assert send(admin, f"/admin/accounts/{number}/disable").status_code == 303
    assert kim.get("/desk").status_code == 401 and "counselor: disabled" in a_page(admin, "/admin/accounts")
    again = send(admin, f"/admin/accounts/{number}/reset")
    assert again.status_code == 200 and LINK.search(again.text) and not account(app, "Kim Counselor").disabled
    actions = [action for who, action, what in audited(directory) if (who, what) == ("Ada Admin", "Kim Counselor")]
    assert actions == ["account disabled", "account reset"]


def test_another_role_signs_out_and_opens_other_pages(app: Flask, admin: FlaskClient, directory: Directory) -> None:
    kim = signed_in(app, "Kim Counselor")
    number = account(app, "Kim Counselor").account.id
    assert send(admin, f"/admin/accounts/{number}/role", role="staff").status_code == 303
    assert kim.get("/desk").status_code == 401 and account(app, "Kim Counselor").account.role is Role.STAFF
    assert ("Ada Admin", "account is staff now", "Kim Counselor") in audited(directory)
    assert send(admin, f"/admin/accounts/{number}/role", role="boss").status_code == 400


@pytest.mark.parametrize("what", ["disable", "reset", "role"])
def test_nobody_locks_themselves_out(app: Flask, admin: FlaskClient, what: str) -> None:
    own = account(app, "Ada Admin").account.id
    refused = send(admin, f"/admin/accounts/{own}/{what}", role="counselor")
    assert refused.status_code == 422 and "This is your own account" in plain(refused.text)
    assert admin.get("/desk").status_code == 200 and account(app, "Ada Admin").account.role is Role.ADMIN
    assert send(admin, f"/admin/accounts/999/{what}", role="counselor").status_code == 404


def test_the_admins_desk_leads_there_and_nobody_elses(app: Flask, admin: FlaskClient) -> None:
    assert 'href="/admin/accounts"' in admin.get("/desk").text
    for role in (Role.COUNSELOR, Role.STAFF):
        other = signed_in(app, f"some {role}", role)
        assert "/admin/" not in other.get("/desk").text and other.get("/admin/accounts").status_code == 403


def test_the_audit_says_that_a_case_was_seen_and_nothing_of_it(app: Flask, admin: FlaskClient) -> None:
    counselor = signed_in(app, "Sam Counselor")
    form = {"code_name": "Blue Heron", "near": "43215", "within_miles": "100", "words": "canarywords"}
    case = send(counselor, "/cases/new", **form).location
    assert counselor.get(case).status_code == 200
    told = a_page(admin, "/admin/audit")
    assert f"Case seen {case.rpartition('/')[2]} Sam Counselor" in told and f"{NOW:%Y-%m-%d}" in told
    assert not [canary for canary in ("Blue Heron", "43215", "canarywords") if canary in told]
