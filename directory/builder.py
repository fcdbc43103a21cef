"""Brings the index, and the pairs that may be one place, up to date in a process of its own, whose memory ends with it.

Whoever serves goes on serving meanwhile, and whoever has just imported a file holds memory of his own. Killed, it is simply
begun again. Usage: `python -m directory.builder`, the settings on its input, and whether the pairs are wanted too.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from directory import proposing, store
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.referral import Directory
from directory.settings import ROOT, Settings

DONE: Final = 0
UNWRITTEN: Final = 3
"""How a builder ends that could not write the index, or had to leave it to somebody else."""
_NICENESS: Final = 10
_LOOK_AGAIN_SECONDS: Final = 0.1
_FEW: Final = 500
"""So many listings are indexed sooner than a process starts."""


def build(directory: Directory, over: threading.Event, pairs: bool) -> int:
    """Have all brought up to date elsewhere, the pairs too where they are wanted; returns how the builder ended.

    It is ended where all is `over`, and where this process is interrupted.
    """
    command = [sys.executable, "-m", "directory.builder"]
    # In a session of its own, so that Ctrl+C ends who waits, and that this.
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True, start_new_session=True) as child:
        try:
            _tell(child, json.dumps({"settings": asdict(directory.settings), "pairs": pairs}, default=str))
            while child.poll() is None and not over.wait(_LOOK_AGAIN_SECONDS):
                pass
        finally:
            child.kill()
    return child.returncode


def _tell(child: subprocess.Popen[str], words: str) -> None:
    """Write to the input of a process; how one ends that is gone by then is seen when it is waited for."""
    assert child.stdin
    with suppress(BrokenPipeError):
        child.stdin.write(words)
    with suppress(BrokenPipeError):
        child.stdin.close()


def searchable(directory: Directory) -> int:
    """How many listings can be searched, once the index is up to date, which is waited for.

    Raises CannotUnderstand, in words, where it could not be brought up to date; what is in the database stays as it is.
    """
    with directory.database.reading() as connection:
        count = store.count(connection)
    if count <= _FEW:
        return len(directory.index.current().columns)
    directory.database.close()  # with what it remembers of a large file
    ended = build(directory, threading.Event(), pairs=False)
    if ended != DONE:
        raise _not_built(ended)
    return count


def _not_built(ended: int) -> CannotUnderstand:
    fix = "Mend what stands above, if anything does, and run `flask --app app index`; until then whoever asks waits for it"
    what, found = "what was written is in the directory, but the index could not be built", f"its builder ended with {ended}"
    if ended == UNWRITTEN:
        found = "it can't be written, or somebody else is building"
    elif ended < 0:
        found = f"its builder was ended by {signal.Signals(-ended).name}, as where memory is short"
    return CannotUnderstand(Problem(Loudness.FILE, "index", what, found, fix))


def main(settings: Settings, pairs: bool) -> int:
    """Bring all up to date; returns the exit status."""
    directory = Directory(settings)
    directory.index.catch_up()
    if directory.index.waits():
        return UNWRITTEN
    if pairs and proposing.behind(directory):
        proposing.work_out(directory)
    return DONE


def _told(written: dict[str, object]) -> Settings:
    settings = Settings(**written)  # type: ignore[arg-type]
    return replace(settings, instance=Path(settings.instance), trusted_hosts=tuple(settings.trusted_hosts))


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    told = json.load(sys.stdin)
    sys.exit(main(_told(told["settings"]), told["pairs"]))
