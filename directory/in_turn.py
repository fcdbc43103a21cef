"""One list at a time in each process: whoever reckons does so to the end, in the order of coming, and then the next.

Python runs one thread at a time. Threads at work together change places in the middle of it every 5 ms, so that each of
several lists is ready only when nearly all of them are.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import ContextDecorator, contextmanager
from threading import Lock, get_ident
from types import TracebackType
from typing import Final


class InTurn(ContextDecorator):
    """A turn that is given in the order of coming, to a block or to a function. Nobody may ask for it who has it."""

    def __init__(self) -> None:
        self._door = Lock()
        self._holder: int | None = None
        self._waiting: deque[tuple[int, Lock]] = deque()

    def __enter__(self) -> None:
        """Wait for the turn."""
        called = Lock()
        called.acquire()
        with self._door:
            if self._holder is None:
                self._holder = get_ident()
                return
            self._waiting.append((get_ident(), called))
        called.acquire()

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None) -> None:
        """Give it to whoever has waited longest."""
        with self._door:
            self._holder, called = self._waiting.popleft() if self._waiting else (None, None)
        if called:
            called.release()

    @contextmanager
    def let_others(self) -> Iterator[None]:
        """Give the turn away while the block waits for somebody else, and wait for it again then; nothing for who has none."""
        if self._holder != get_ident():
            yield
            return
        self.__exit__(None, None, None)
        try:
            yield
        finally:
            self.__enter__()


in_turn: Final = InTurn()
"""The turn of those who make a list."""
