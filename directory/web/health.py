"""What machines ask: whether the program runs, and whether it is ready."""

from typing import Final

from flask import Blueprint, Response, make_response

from directory import store
from directory.web.opened import opened
from directory.web.roles import anybody

health: Final = Blueprint("health", __name__)


@health.get("/healthz")
@anybody
def alive() -> Response:
    """Says that the program answers."""
    return _plain("alive\n")


@health.get("/readyz")
@anybody
def ready() -> Response:
    """Says that database and index are there and how many listings they hold; 503 where one of them fails."""
    with opened().database.reading() as connection:
        held = store.count(connection)
    indexed = len(opened().index.current().columns)
    return _plain(f"ready: {held} listings, {indexed} indexed\n")


def _plain(text: str) -> Response:
    response = make_response(text)
    response.mimetype = "text/plain"
    return response
