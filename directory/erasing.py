"""What must not be kept longer than was promised is erased while the site runs, whether anybody comes or not."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from directory import meetings
from directory.referral import Directory

EVERY: Final = 300.0
"""Seconds between two looks: so much later than its time a kept need or a case may be gone."""
_FAILURES: Final = logging.getLogger("directory.failures")


@contextmanager
def erasing(directory: Directory, clock: Callable[[], datetime], every: float = EVERY) -> Iterator[None]:
    """Erase what is due, now and again every few seconds, until the block ends."""
    over = threading.Event()
    quiet = threading.Thread(target=_erase, args=(directory, clock, (over, every)), name="erasing", daemon=True)
    quiet.start()
    try:
        yield
    finally:
        over.set()
        quiet.join(timeout=every)


def _erase(directory: Directory, clock: Callable[[], datetime], until: tuple[threading.Event, float]) -> None:
    """Look until it is over; a database that fails once is tried again the next time."""
    over, every = until
    while not over.is_set():
        try:
            meetings.purge_due(directory, clock())
        except SQLAlchemyError as error:
            _FAILURES.error("what is due could not be erased: %s; it is tried again", type(error).__name__)
        over.wait(every)
