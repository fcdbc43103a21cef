"""A small site over a real database, for tests of pages: invented centers around Columbus, and all real ZIP codes."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, Final

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from waitress import wasyncore

from directory import store
from directory.database import Database
from directory.listing import Statement, Vetting
from directory.matching.criteria import Bed
from directory.places import Gazetteer
from directory.referral import Directory
from directory.settings import Settings
from directory.vocabulary import VettingState
from directory.web import create_app
from importers.browser import BrowserImports
from tests import builders, databases

MANY: Final = 13
TITLES: Final = {"invented_survey": "Invented Survey of Example Centers"}
NEED: Final[dict[str, Any]] = {
    "near": "43215", "within_miles": "100", "age": "27", "sex": "male", "substances": ["heroin"], "dependent_on": ["opioid"],
    "payer": "medicaid", "ends_at": "20:00",
}  # fmt: skip


def statements() -> list[Statement]:
    """Enough centers to need a second page, and one of each odd kind."""

    def said(local_id: str, values: dict[str, Any], yes: frozenset[str] = builders.DEFAULT_YES, **rest: Any) -> Statement:
        usual = {**builders.VALUES, "organization": f"Example House {local_id}", "intake_1": "6145550199"}
        return builders.a_statement(usual | values, local_id, yes=yes, **rest)

    telephones = {"phone": "", "intake_1": ""}
    return [
        *(said(str(number), {"phone": f"614555{number:04d}"}) for number in range(100, 100 + MANY)),
        said("hidden", {"organization": "Withheld Haven", "confidential": True}),
        said("silent", {"organization": "Silent & <b>Bold</b> House", "postal_code": "43201", **telephones}),
        said("women", {"organization": "Example House for Women"}, no=frozenset(("sex.male",))),
        said("clinic", {"organization": "Example Day Clinic"}, frozenset(("status.operating", "setting.outpatient")),
             no=frozenset(Bed.beds)),
    ]  # fmt: skip


@contextmanager
def a_directory(folder: Path, template: Path, said: list[Statement]) -> Iterator[Directory]:
    """An opened directory of its own that holds what was said."""
    file = folder / "site.db"
    shutil.copy(template, file)
    directory = Directory(Settings(folder / "instance", 8000, databases.sqlite_url(file), ("directory.example.org",)))
    directory._gazetteer = gazetteer_of(template)
    if said:
        with directory.database.writing() as connection:
            store.append(connection, said, None)
    yield directory
    directory.database.close()


@cache
def gazetteer_of(template: Path) -> Gazetteer:
    """What the ZIP codes of a database say, read once for all its copies: nobody writes to them."""
    database = Database(databases.sqlite_url(template))
    with database.reading() as connection:
        found = store.gazetteer(connection)
    database.close()
    return found


def checked(directory: Directory, *local_ids: str, **step: Any) -> None:
    """Say that somebody here has checked these listings, of the survey or by their ids: three days ago, for most of a year."""
    now = datetime.now(UTC).replace(microsecond=0)
    usual = Vetting(VettingState.VETTED, now - timedelta(days=3), "canarychecker", now.date() + timedelta(300))
    one = replace(usual, **step)
    with directory.database.writing() as connection:
        store.append_vettings(connection, [(_id(local_id), one) for local_id in local_ids])


def all_checked(directory: Directory) -> None:
    """Say that somebody here has checked everything that stands in it."""
    checked(directory, *directory.index.current().columns.ids)


def _id(name: str) -> str:
    return name if ":" in name else f"invented_survey:{name}"


class Compiled(BytecodeCache):
    """Templates as they were compiled, by name and text, for the next site of this process."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        known = self.of.get((bucket.key, bucket.checksum))
        if known:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.of[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED: Final = Compiled()


def compiled_once(app: Flask) -> Flask:
    """The site, which takes its templates as another site of this process compiled them."""
    app.jinja_env.bytecode_cache = _COMPILED
    return app


def a_site(directory: Directory) -> Flask:
    """The site over it."""
    return compiled_once(create_app(directory, TITLES, BrowserImports(directory.database)))


class Heard(logging.Handler):
    """Everything that any log was told, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def listening() -> Iterator[Heard]:
    """Hear every log for a while."""
    heard = Heard()
    logs = [logging.getLogger(), logging.getLogger("directory.access"), logging.getLogger("directory.failures")]
    for log in logs:
        log.addHandler(heard)
    yield heard
    for log in logs:
        log.removeHandler(heard)


def end(server: Any, serving: Thread) -> None:
    """Let a server end itself, and wait for it."""
    # A worker that has just finished may wake the server first, which then closes before our own knock arrives.
    with suppress(OSError):
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
    serving.join(10)
    server.task_dispatcher.shutdown()
