"""The site's door on this machine, and the processes behind it: one a processor, since Python runs one thread at a time.

The program forks once everything is ready, before it has a thread of its own. All listen at the same door, so that one that
dies leaves nobody waiting at a door of its own; who has the fewest visitors lets in the next. They share what is in memory by
then, the index above all. The first goes on with what is done once; when it ends, however that happens, the others end.
"""

import gc
import math
import mmap
import multiprocessing
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from threading import Thread
from time import monotonic
from typing import Any, Final

import waitress
from flask import Flask

from directory.database import Database
from directory.settings import Settings

FORKS: Final = hasattr(os, "fork") and sys.platform != "darwin"
"""Whether this system can do that; the libraries of macOS do not promise to work in a process that was forked."""
_THREADS: Final = 4
"""What waits for a file or for another host holds up nobody else; what reckons takes turns."""
_WAITING: Final = 1024
_SELDOM: Final = (50_000, 20, 20)
"""How often to look for garbage: all that an answer makes goes by itself, and looking for it took an eighth of its time."""
_CHANGE_PLACES_SECONDS: Final = 0.001
"""Who only has to send a page that is ready waits so long for whoever reckons, instead of Python's 5 ms, at each step."""
_LOOK_AGAIN_SECONDS: Final = 0.05
"""Who leaves the next visitor to another looks again after this, whether that one has taken its own."""
_SILENT_SECONDS: Final = 2.0


class Visitors:
    """How many connections each process has, in memory that all of them share, so that nobody waits where most are waiting.

    A process that has said nothing for two seconds, since it was ended or stopped, has no visitors left to it.
    """

    def __init__(self, processes: int) -> None:
        shared = memoryview(mmap.mmap(-1, 16 * processes)).cast("d")
        self._here, self._said_at = shared[:processes], shared[processes:]
        for process in range(processes):
            self._said_at[process] = -math.inf

    def next_is_for(self, process: int, here: int) -> bool:
        """Whether a process, which has so many here, may let in the next: no other has fewer."""
        now = monotonic()
        self._here[process], self._said_at[process] = here, now
        awake = (there for there, at in zip(self._here, self._said_at, strict=True) if now - at < _SILENT_SECONDS)
        return here <= min(awake)


def opened_door(port: int) -> socket.socket:
    """The door, on this machine alone; raises OSError where the port can't be used."""
    return socket.create_server(("127.0.0.1", port), backlog=_WAITING)


def serve(app: Flask, door: socket.socket, settings: Settings, visitors: Visitors, process: int = 0) -> None:
    """Answer whoever comes to the door, as the process of this number, until interrupted."""
    server: Any = waitress.create_server(app, sockets=[door], threads=_THREADS, ident=None, **in_front(settings))
    open_to_more = server.readable

    def readable() -> bool:
        ours = visitors.next_is_for(process, len(server.active_channels))
        return open_to_more() and ours

    server.readable = readable
    sys.setswitchinterval(_CHANGE_PLACES_SECONDS)
    server.adj.asyncore_loop_timeout = _LOOK_AGAIN_SECONDS  # what may be set from outside is whole seconds
    try:
        server.run()
    finally:
        server.close()


def in_front(settings: Settings) -> dict[str, Any]:
    """What the server believes of one in front of it, where the site has further names: whom it answers, and if by https."""
    if not settings.trusted_hosts:
        return {"clear_untrusted_proxy_headers": True}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": headers, "clear_untrusted_proxy_headers": True}


@contextmanager
def others(count: int, database: Database, work: Callable[[int], None]) -> Iterator[None]:
    """So many further processes at the same work, numbered from 1, while the block runs; none where this system can't."""
    database.close()  # a connection must not be held by two processes
    gc.collect()
    gc.freeze()  # what is there by now stays: to look through it again would cost time, and each process a copy of it
    gc.set_threshold(*_SELDOM)
    children = [_forked(work, number) for number in range(1, (count if FORKS else 0) + 1)]
    try:
        yield
    finally:
        for child in children:
            child.terminate()
            child.join()


def _forked(work: Callable[[int], None], number: int) -> BaseProcess:
    child = multiprocessing.get_context("fork").Process(target=_until_the_first_ends, args=(work, number), daemon=True)
    child.start()
    return child


def _until_the_first_ends(work: Callable[[int], None], number: int) -> None:
    Thread(target=_end_with_the_first, daemon=True).start()
    work(number)


def _end_with_the_first() -> None:
    """Also where it was killed and could not say so."""
    first = multiprocessing.parent_process()
    assert first
    first.join()
    os._exit(0)
