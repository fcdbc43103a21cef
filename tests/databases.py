"""Real databases for tests: SQLite files, and a PostgreSQL cluster of the test run's own in a temporary folder."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from directory import store
from directory.database import Database
from directory.places import PostalPlace
from tests import builders

NEEDS = "needs "
USER = "directory"


def leave_out(what: str) -> None:
    """Skip the test, in words that the last lines of the run repeat; a failure with CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{NEEDS}{what}, which CI=true does not forgive", pytrace=False)
    pytest.skip(f"{NEEDS}{what}")


def found_in_path_or(pattern: str, name: str) -> Path | None:
    """A program in PATH, or in the newest of the folders that match a pattern."""
    found = shutil.which(name)
    if found:
        return Path(found)
    folders = sorted(Path("/").glob(pattern), key=lambda folder: [int(n) for n in folder.parts[-2].split(".") if n.isdigit()])
    return next((folder / name for folder in reversed(folders) if (folder / name).exists()), None)


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL server that trusts everybody who can reach this machine's loopback."""

    port: int

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def tell(self, sentence: str) -> None:
        """Say one sentence of SQL to the server, outside any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sentence.encode())

    def folder(self) -> Path:
        """Where the server keeps its files."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            (found,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        return Path(found)

    def dump(self, name: str) -> str:
        """What `pg_dump` writes of one of its databases."""
        found = found_in_path_or("usr/lib/postgresql/*/bin", "pg_dump")
        assert found, "it comes with the server"
        command = [str(found), "--dbname", self.url(name)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    @contextmanager
    def fresh(self, name: str, template: str) -> Iterator[str]:
        """A database copied from a template, gone afterwards; gives its address."""
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.tell(f"DROP DATABASE {name} WITH (FORCE)")


def _as_somebody() -> list[str]:
    """What stands before a command so that it does not run as root, which PostgreSQL refuses."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_unprivileged()}", "--clear-groups", "--"]


def _unprivileged() -> str:
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _run(*command: str | Path) -> None:
    done = subprocess.run([*_as_somebody(), *map(str, command)], capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server for the run, as fast as one may be whose data nobody will miss."""
    initdb = found_in_path_or("usr/lib/postgresql/*/bin", "initdb")
    if initdb is None:
        leave_out("PostgreSQL (initdb not found)")
        raise AssertionError
    control = initdb.resolve().with_name("pg_ctl")
    with tempfile.TemporaryDirectory(prefix="directory-pg-", ignore_cleanup_errors=True) as folder:
        if _as_somebody():
            shutil.chown(folder, _unprivileged())
        data, log, port = Path(folder, "data"), Path(folder, "log"), _free_port()
        _run(initdb, "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = (
            f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        _run(control, "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield Cluster(port)
        finally:
            _run(control, "-D", data, "-m", "immediate", "stop")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fill(url: str, places: Iterable[PostalPlace] = builders.PLACES) -> None:
    """Make the tables, and ZIP codes: the few of the tests' small world, or others."""
    database = Database(url)
    try:
        database.upgrade()
        with database.writing() as connection:
            store.save_places(connection, places)
    finally:
        database.close()


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{path}"


def left_out(reports: list[pytest.TestReport]) -> list[str]:
    """What the run's last lines say of the tests that lacked something: one line for each thing."""
    counts: dict[str, int] = {}
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        wanted = reason.partition(NEEDS)[2]
        if wanted:
            counts[wanted] = counts.get(wanted, 0) + 1
    return [f"Left out: {n} {'test needs' if n == 1 else 'tests need'} {wanted}" for wanted, n in sorted(counts.items())]
