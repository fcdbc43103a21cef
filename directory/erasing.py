"""What must not be kept longer than was promised is erased while the site runs, whether anybody comes or not."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from directory import meetings
from directory.referral import Directory
from directory.uploads import Uploads

EVERY: Final = 300.0
"""Seconds between two looks: so much later than its time a kept need, a case or a file that was sent may be gone."""
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
    """Look until it is over; what fails once, a database or a folder, holds up nothing else and is tried again next time."""
    over, every = until
    uploads = Uploads.of(directory.settings)
    due: tuple[Callable[[datetime], object], ...] = (uploads.erase_old, partial(meetings.purge_due, directory))
    while not over.is_set():
        moment = clock()
        for erase_due in due:
            try:
                erase_due(moment)
            except (SQLAlchemyError, OSError) as error:
                _FAILURES.error("what is due could not be erased: %s; it is tried again", type(error).__name__)
        over.wait(every)
