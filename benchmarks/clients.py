"""Clients that ask one page again and again, each on its own connection: `python -m benchmarks.clients PORT PATH SECONDS`."""

import http.client
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Final

CLIENTS: Final = 8


def main(port: int, path: str, seconds: float) -> None:
    """Print as JSON how many seconds it took, and the milliseconds of each answer."""
    together = threading.Barrier(CLIENTS)

    def asking(_client: int) -> list[float]:
        connection, took = http.client.HTTPConnection("127.0.0.1", port), []
        _ask(connection, path)
        together.wait()
        until = perf_counter() + seconds
        while (start := perf_counter()) < until:
            _ask(connection, path)
            took.append((perf_counter() - start) * 1000)
        return took

    start = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        took = [one for several in pool.map(asking, range(CLIENTS)) for one in several]
    print(json.dumps({"seconds": perf_counter() - start, "milliseconds": took}))


def _ask(connection: http.client.HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200 or b"</html>" not in body:
        raise RuntimeError(f"{path} gave {response.status}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
