"""One list at a time: the turn is given in the order of coming, and given on whatever happens."""

import time
from collections.abc import Callable
from threading import Event, Thread

import pytest

from directory.in_turn import InTurn


def at_work(turn: InTurn, work: Callable[[], object]) -> Thread:
    """A thread that has asked for the turn, and waits for it if somebody has it."""
    waiting, begun = len(turn._waiting), Event()

    def go() -> None:
        with turn:
            begun.set()
            work()

    thread = Thread(target=go)
    thread.start()
    until = time.monotonic() + 10
    while not begun.is_set() and len(turn._waiting) == waiting and time.monotonic() < until:
        time.sleep(0.001)
    return thread


def test_who_came_first_is_first_and_nobody_is_at_it_with_another() -> None:
    turn, done, together = InTurn(), list[int](), list[int]()

    def work(number: int) -> None:
        together.append(number)
        assert len(together) == 1
        time.sleep(0.002)
        together.remove(number)
        done.append(number)

    with turn:
        threads = [at_work(turn, lambda number=number: work(number)) for number in range(8)]  # type: ignore[misc]
        assert not done
    for thread in threads:
        thread.join(10)
    assert done == list(range(8))


def test_while_one_waits_for_somebody_else_the_next_goes_on() -> None:
    turn, told = InTurn(), list[str]()
    answered = Event()

    def asks_far_away() -> None:
        with turn.let_others():
            assert answered.wait(10)
        told.append("far away")

    def answers() -> None:
        told.append("here")
        answered.set()

    first, second = at_work(turn, asks_far_away), at_work(turn, answers)
    for thread in (first, second):
        thread.join(10)
    assert told == ["here", "far away"]


def test_who_fails_gives_the_turn_on() -> None:
    turn = InTurn()

    @turn
    def fails() -> None:
        raise ValueError("no list")

    for _ in range(2):
        with pytest.raises(ValueError, match="no list"):
            fails()
    with pytest.raises(ValueError, match="no way"), turn, turn.let_others():
        raise ValueError("no way")
    with turn:
        pass


def test_who_has_no_turn_lets_nobody_wait() -> None:
    turn = InTurn()
    with turn.let_others(), turn:
        pass
    assert turn._holder is None and not turn._waiting
