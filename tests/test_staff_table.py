"""Staff take all listings along as a table: on the wire it is whole, harmless and theirs alone, and the audit knows of it."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from directory import store
from directory.account import Role
from directory.listing import Statement
from directory.referral import Directory
from directory.web import create_app
from importers.table_export import HEADER
from tests import builders, sites
from tests.test_staff_import import send, somebody
from tests.test_web import well_formed

EVIL = '=HYPERLINK("http://example.org","x")'


def said(local_id: str, **values: Any) -> Statement:
    return Statement("invented_survey", local_id, builders.a_provenance(), builders.VALUES | values)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    folder = tmp_path_factory.mktemp("table")
    hidden = {"organization": "A Shelter", "confidential": True, "address_1": "5 Hidden Road"}
    told = [said("a"), said("b", organization=EVIL, address_1="@SUM(A1)"), said("c", **hidden)]
    with sites.a_directory(folder, template, told) as opened:
        yield opened


@pytest.fixture(scope="module")
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


@pytest.mark.parametrize(("role", "name"), [(Role.STAFF, "ann"), (Role.ADMIN, "ada")])
def test_the_table_comes_whole_without_formulas_and_without_withheld_streets(
    app: Flask, directory: Directory, role: Role, name: str
) -> None:
    client = somebody(app, role, name)
    page = client.get("/staff/import").text
    well_formed(page)
    assert 'action="/staff/table"' in page
    got = send(client, "/staff/table")
    assert (got.status_code, got.mimetype) == (200, "text/csv")
    assert got.headers["Content-Disposition"] == f"attachment; filename=listings-{datetime.now(UTC):%Y-%m-%d}.csv"
    header, *rows = csv.reader(io.StringIO(got.data.decode("utf-8-sig"), newline=""))
    assert tuple(header) == HEADER and len(rows) == 3
    cells = [cell for row in rows for column, cell in zip(header, row, strict=True) if column not in ("latitude", "longitude")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] and f"'{EVIL}" in got.data.decode().replace(
        '""', '"'
    )
    assert "Hidden Road" not in got.data.decode() and "A Shelter" in got.data.decode()
    with directory.database.reading() as connection:
        assert store.newest_audited(connection, 1)[0][1:] == (name, "table downloaded", "all listings")


def test_nobody_else_gets_it(app: Flask, directory: Directory) -> None:
    with directory.database.reading() as connection:
        before = store.newest_audited(connection, 99)
    assert send(somebody(app, Role.COUNSELOR, "maria"), "/staff/table").status_code == 403
    assert app.test_client().post("/staff/table").status_code == 401
    assert somebody(app, Role.STAFF, "bob").get("/staff/table").status_code == 405
    with directory.database.reading() as connection:
        assert "table downloaded" not in {one[2] for one in store.newest_audited(connection, 99) if one not in before}


def test_a_site_without_importers_has_no_table(directory: Directory) -> None:
    client = somebody(create_app(directory, sites.TITLES), name="kim")
    assert send(client, "/staff/table").status_code == 404
