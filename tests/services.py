"""A service on this machine that answers one request after the other as a test wants."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Service(BaseHTTPRequestHandler):
    """One request."""

    def handle(self) -> None:
        """Whoever hangs up meanwhile is no mistake of the service. A traceback of it, printed in this thread, would also spoil
        what the test reads with `ast.parse` at that moment (CPython before 3.11.8, its issue 106905)."""
        with suppress(ConnectionError):
            super().handle()

    def say(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        """Answer; a `length` other than that of the body cuts the answer short. Headers with _ for -."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def a_service(handler: type[Service], **told: Any) -> Iterator[str]:
    """The address of a service of its own, whose requests find `told` among their attributes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("This", (handler,), told))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
