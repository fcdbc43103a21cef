"""A turn that one at a time can have, held as a lock on a file: the system gives it back however a process ends."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

_LOOK_AGAIN_SECONDS: Final = 0.05


class Taken(Exception):
    """Somebody else has had the turn for longer than is waited."""


@contextmanager
def held(file: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the turn of a file, which is made where it is not there; raises Taken, or OSError where there is no folder."""
    with file.open("a+b") as opened:
        until = time.monotonic() + wait_seconds
        while not _lock(opened):
            if time.monotonic() > until:
                raise Taken(f"somebody else has had the turn for {wait_seconds:g} seconds")
            time.sleep(_LOOK_AGAIN_SECONDS)
        yield


def is_taken(file: Path) -> bool:
    """Whether somebody has the turn of a file at this moment; False where there is no such file."""
    try:
        with file.open("r+b") as opened:
            return not _lock(opened)
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
