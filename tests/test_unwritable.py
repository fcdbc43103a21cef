"""A NUL, which no database text holds and no keyboard writes, is refused in words wherever it stands; on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from directory.referral import Directory
from directory.settings import Settings
from tests import sites
from tests.test_staff_import import send, somebody
from tests.test_web import well_formed

NUL = "a\0b"


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    directory = Directory(Settings(tmp_path / "instance", 8000, database_url, ()))
    yield sites.a_site(directory)
    directory.database.close()


def test_a_nul_is_answered_in_words(app: Flask) -> None:
    anybody, staff = app.test_client(), somebody(app)
    for path in ("/listings/a%00b", "/centers/a%00b", "/options/a%00b", "/nothing%00here"):
        got = anybody.get(path)
        assert (got.status_code, "There is nothing here" in got.text) == (404, True), path
        well_formed(got.text)
    spanish = anybody.get("/es/listings/a%00b")
    assert (spanish.status_code, "There is nothing here" in spanish.text) == (404, False)
    refused = [
        anybody.get("/?plan=a%00b"),
        anybody.get("/?a%00b=plan"),
        anybody.post("/sign-in", data={"name": NUL, "password": "x", "code": "1"}),
        anybody.post("/options", data=sites.NEED | {"words": NUL}),
        anybody.post("/es/options", data=sites.NEED | {"words": ["plain", NUL]}),
        send(staff, "/staff/find", words=NUL),
    ]
    assert [got.status_code for got in refused] == [400] * len(refused)
    assert "This could not be read" in refused[0].text and "Esto no se pudo leer" in refused[4].text
    assert not [got.request.path for got in refused if "988" not in got.text], "helplines stand on every page"


def test_a_nul_tells_nobody_what_is_behind_the_sign_in(app: Flask) -> None:
    assert app.test_client().post("/staff/find", data={"words": NUL}).status_code == 401
