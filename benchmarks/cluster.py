"""A PostgreSQL server of the benchmark's own, in a temporary folder, reached through a socket in it and gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

USER: Final = "bench"
_FOLDERS: Final = "usr/lib/postgresql/*/bin"


class Missing(Exception):
    """There is no PostgreSQL on this machine, or it lacks something."""


@contextmanager
def cluster(settings: Sequence[str]) -> Iterator[str]:
    """A server with these settings (`name=value`), as long as the block runs; gives the way to it. Raises Missing."""
    initdb = _initdb()
    control = initdb.with_name("pg_ctl")
    with tempfile.TemporaryDirectory(prefix="bench-pg-", ignore_cleanup_errors=True) as folder:
        if _as_somebody():
            shutil.chown(folder, _unprivileged())
        data = Path(folder, "data")
        _run(initdb, "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        told = " ".join(f"-c {one}" for one in settings)
        _run(control, "-D", data, "-l", Path(folder, "log"), "-w", "-o", f"-k {folder} -c listen_addresses= {told}", "start")
        try:
            yield f"host={folder} user={USER} dbname=postgres"
        finally:
            _run(control, "-D", data, "-m", "immediate", "stop")


def _initdb() -> Path:
    inside = shutil.which("initdb")
    folders = sorted(Path("/").glob(_FOLDERS), key=lambda folder: [int(n) for n in folder.parts[-2].split(".") if n.isdigit()])
    found = [Path(inside)] if inside else [folder / "initdb" for folder in reversed(folders) if (folder / "initdb").exists()]
    if not found:
        raise Missing("PostgreSQL is not installed")
    return found[0].resolve()


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
        raise Missing(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
