"""What is written down of a visit: the kind of page, the status and the time it took. Nothing of who asked, or for what."""

import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Final

from flask import Flask, Response, g, request

ACCESS: Final = logging.getLogger("directory.access")
_FAILURES: Final = logging.getLogger("directory.failures")
_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")


class Site(Flask):
    """Flask, but a failure is logged without the address and without the error's words, which may quote a need."""

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """Write down the kind of page, the kind of error and where it arose."""
        kind, _, trace = exc_info
        _FAILURES.error("%s failed: %s\n%s", _page(), kind and kind.__name__, "".join(traceback.format_tb(trace)))


def register(app: Flask) -> None:
    """Log each answer, on standard error where nobody has said otherwise."""
    for log in (ACCESS, _FAILURES):
        log.setLevel(logging.INFO)
        log.propagate = False
        if not log.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            log.addHandler(handler)
    app.before_request(_start)
    app.after_request(_write)


def _page() -> str:
    """The page's pattern, such as /options/<token>, never the address itself."""
    return request.url_rule.rule if request.url_rule else "(no such page)"


def _start() -> None:
    g.started = time.perf_counter()


def _write(response: Response) -> Response:
    method = request.method if request.method in _METHODS else "other"
    took = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    ACCESS.info("%s %s %d %.0f ms", method, _page(), response.status_code, took)
    return response
