"""While the site runs, the index and the pairs that may be one place follow the database by themselves.

The work is done by a builder, since it takes a processor for half a minute: whoever asks meanwhile is answered from the
generation before.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from directory import builder, proposing
from directory.referral import Directory

EVERY: Final = 1.0
"""Seconds between two looks at the database."""
_RESTS: Final = 10
"""So many times as long as the work took it rests, where nobody waits for it: words follow a little later than facts."""
_AFTER_FAILING: Final = 30.0
_ENDS_WITHIN: Final = 5.0
_FAILURES: Final = logging.getLogger("directory.failures")


@contextmanager
def following(directory: Directory, every: float = EVERY) -> Iterator[None]:
    """Let them follow until the block ends; from the start on nobody waits for a generation where there is an older one."""
    directory.index.may_lag = True
    over = threading.Event()
    quiet = threading.Thread(target=_follow, args=(directory, over, every), name="following", daemon=True)
    quiet.start()
    try:
        yield
    finally:
        over.set()
        quiet.join(timeout=_ENDS_WITHIN)
        directory.index.may_lag = False


def _follow(directory: Directory, over: threading.Event, every: float) -> None:
    """Look until it is over; what fails is tried again after a while."""
    rests_until = fails_until = monotonic()
    while not over.wait(every):
        try:
            hurry = directory.index.current().behind is not None
            if monotonic() < (fails_until if hurry else rests_until) or not _waits(directory):
                continue
            began = monotonic()
            worked = _work(directory, over)
            rests_until = monotonic() + _RESTS * (monotonic() - began)
            if not worked:
                fails_until = rests_until = max(rests_until, monotonic() + _AFTER_FAILING)
        except (SQLAlchemyError, OSError) as error:
            _FAILURES.error("the index could not follow: %s; it is tried again", type(error).__name__)


def _waits(directory: Directory) -> bool:
    return directory.index.waits() or proposing.behind(directory)


def _work(directory: Directory, over: threading.Event) -> bool:
    """Have the work done elsewhere, or ended where all is over; whether it was done. Where no file can be written, here."""
    ended = builder.build(directory, over, pairs=True)
    if ended == builder.UNWRITTEN and directory.index.current().behind:
        directory.index.rebuild()
    elif ended not in (builder.DONE, builder.UNWRITTEN) and not over.is_set():
        _FAILURES.error("the index could not follow: its builder ended with %s; it is tried again", ended)
    return ended in (builder.DONE, builder.UNWRITTEN)
