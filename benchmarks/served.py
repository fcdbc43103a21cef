"""The program as people start it, in a process and a folder of its own, for as long as it is measured."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
_MOST_SECONDS: Final = 60


class Served:
    """A program that was started: its process, its port, and how many seconds it took to say its first word."""

    def __init__(self, instance: Path, command: tuple[str, ...], settings: Mapping[str, str] | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        told = {"INSTANCE": str(instance), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"} | dict(settings or {})
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=os.environ | told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self.process.stdout
        self.first_line = self.process.stdout.readline()
        self.seconds = time.perf_counter() - start
        self._wait_for_port()

    def _wait_for_port(self) -> None:
        until = time.monotonic() + _MOST_SECONDS
        while self.process.poll() is None and time.monotonic() < until:
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError("the program does not serve")

    def end(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.communicate()


@contextmanager
def served(instance: Path, *command: str) -> Iterator[Served]:
    """The program, or another command, while the block runs: it has told a list, and it serves."""
    program = Served(instance, command or ("app.py",))
    try:
        yield program
    finally:
        program.end()
