"""Accounts on both engines: each guard is tripped once, and nothing that opens an account stands in the database."""

import multiprocessing
import secrets
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters, profiles
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from directory import accounts, store
from directory.accounts import Keys, Refused, Register, Role, limits, passwords
from directory.database import Database
from directory.problems import CannotUnderstand
from tests.conftest import IN_LIFE
from tests.people import HERE, NOW, OPERATOR, PASSWORD, a_person, a_register, activated, tried

MINUTE = timedelta(minutes=1)
STEP = timedelta(seconds=30)


@pytest.fixture
def register(database: Database, tmp_path: Path) -> Register:
    return a_register(database, tmp_path / "keys")


def actions(register: Register) -> list[str]:
    with register.database.reading() as connection:
        return [action for _, _, action, _ in store.audited(connection)]


def refused(register: Register, what: accounts.Tried, at: datetime) -> Refused:
    with pytest.raises(Refused) as told:
        accounts.sign_in(register, what, at)
    return told.value


# --- links -----------------------------------------------------------------------------------------------------------


def test_a_link_opens_an_account_once(register: Register) -> None:
    link = accounts.add(register, "Example Maria", Role.COUNSELOR, OPERATOR)
    opened = accounts.opened_by(register, link, NOW)
    assert opened and (opened.name, opened.role) == ("Example Maria", Role.COUNSELOR)
    assert accounts.set_first_password(register, link, PASSWORD, NOW)
    assert accounts.opened_by(register, link, NOW) is None
    assert accounts.set_first_password(register, link, "another long one of mine", NOW) is None
    assert actions(register) == ["account added", "password set", "signed in"]


def test_a_link_ends_after_72_hours(register: Register) -> None:
    link = accounts.add(register, "maria", Role.STAFF, OPERATOR)
    last = NOW + timedelta(hours=72)
    assert accounts.opened_by(register, link, last - STEP)
    assert accounts.opened_by(register, link, last) is None
    assert accounts.set_first_password(register, link, PASSWORD, last) is None


def test_a_password_that_will_not_do_leaves_the_link_good(register: Register) -> None:
    link = accounts.add(register, "maria", Role.STAFF, OPERATOR)
    with pytest.raises(CannotUnderstand, match="15 characters"):
        accounts.set_first_password(register, link, "short", NOW)
    assert accounts.set_first_password(register, link, PASSWORD, NOW)


def test_a_newer_link_ends_the_older(register: Register) -> None:
    older = accounts.add(register, "maria", Role.STAFF, OPERATOR)
    newer = accounts.reset(register, "MARIA", OPERATOR)
    assert accounts.opened_by(register, older, NOW) is None
    assert accounts.opened_by(register, newer, NOW)


@pytest.mark.parametrize("name", ["", "x", "a\nb" * 30, "<b>", "Maria;", "x" * 61], ids=repr)
def test_odd_names_are_refused(register: Register, name: str) -> None:
    with pytest.raises(CannotUnderstand):
        accounts.add(register, name, Role.STAFF, OPERATOR)


def test_two_names_that_differ_in_capitals_and_spaces_are_one(register: Register) -> None:
    accounts.add(register, "Example  Maria", Role.STAFF, OPERATOR)
    with pytest.raises(CannotUnderstand, match="there is such an account"):
        accounts.add(register, "example maria", Role.ADMIN, OPERATOR)


# --- signing in ------------------------------------------------------------------------------------------------------


def test_name_password_and_code_together_sign_in(register: Register) -> None:
    person = a_person(register)
    token = accounts.sign_in(register, tried(person, NOW, name=" EXAMPLE  counselor "), NOW)
    found = accounts.look(register, token, NOW)
    assert found and found.account == person.account and accounts.is_live(found, NOW) and found.enrolled
    assert token != person.session


@pytest.mark.parametrize("wrong", [{"password": PASSWORD + "x"}, {"name": "nobody"}, {"code": "000000"}, {"code": ""}], ids=str)
def test_one_wrong_thing_signs_nobody_in(register: Register, wrong: dict[str, str]) -> None:
    person = a_person(register)
    assert refused(register, tried(person, NOW, **wrong), NOW).until is None
    with register.database.reading() as connection:
        *_, (_, who, action, what) = store.audited(connection)
    assert (who, action, what) == ("", "sign-in failed", "" if "name" in wrong else person.account.name)


def test_a_code_is_good_once_and_so_is_each_recovery_code(register: Register) -> None:
    person = a_person(register)
    accounts.sign_in(register, tried(person, NOW), NOW)
    refused(register, tried(person, NOW), NOW)
    refused(register, tried(person, NOW - STEP), NOW)
    accounts.sign_in(register, tried(person, NOW + STEP), NOW)
    accounts.sign_in(register, tried(person, NOW, code=f" {person.codes[0].lower()} "), NOW)
    refused(register, tried(person, NOW, code=person.codes[0]), NOW)


def test_codes_of_another_time_are_wrong(register: Register) -> None:
    person = a_person(register)
    for off in (-3, 2, 10):
        refused(register, tried(person, NOW + off * STEP), NOW)


def test_an_account_is_locked_after_ten_tries_and_free_again_later(register: Register) -> None:
    person = a_person(register)
    for number in range(limits.PER_ACCOUNT):
        assert (
            refused(register, tried(person, NOW, password="wrong", address=f"192.0.{number}.7"), NOW + number * STEP).until
            is None
        )
    later = NOW + 6 * MINUTE
    assert refused(register, tried(person, later), later).until == NOW + limits.WINDOW
    again = NOW + limits.WINDOW
    assert accounts.sign_in(register, tried(person, again), again)


def test_a_network_is_locked_whatever_names_it_tries(register: Register) -> None:
    person = a_person(register)
    with register.database.writing() as connection:
        subject = list(limits.at_the_door(register, "anybody", "192.0.2.200"))[1]
        store.add_attempts(connection, [subject] * limits.PER_NETWORK, NOW)
    assert refused(register, tried(person, NOW), NOW).until == NOW + limits.WINDOW
    assert accounts.sign_in(register, tried(person, NOW, address="198.51.100.1"), NOW)


def test_sixteen_at_once_get_ten_tries(register: Register) -> None:
    def one(_: int) -> bool:
        try:
            return bool(limits.count(register, limits.inside(register, "maria"), NOW))
        except Refused:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(16))) == limits.PER_ACCOUNT


def test_success_takes_its_own_try_back(register: Register) -> None:
    person = a_person(register)
    for number in range(limits.PER_ACCOUNT + 2):
        at = NOW + number * STEP
        assert accounts.sign_in(register, tried(person, at), at)


def test_a_reset_takes_everything_away_and_begins_the_count_anew(register: Register) -> None:
    person = a_person(register)
    for _ in range(limits.PER_ACCOUNT):
        refused(register, tried(person, NOW, password="wrong"), NOW)
    link = accounts.reset(register, person.account.name, OPERATOR)
    assert accounts.look(register, person.session, NOW) is None
    refused(register, tried(person, NOW, address="198.51.100.1"), NOW)
    assert accounts.set_first_password(register, link, PASSWORD, NOW)
    assert accounts.sign_in(register, tried(person, NOW, code="", address="198.51.100.1"), NOW)


def test_a_disabled_account_is_out_at_once_everywhere(register: Register) -> None:
    person = a_person(register)
    accounts.disable(register, person.account.name, OPERATOR)
    assert accounts.look(register, person.session, NOW) is None
    refused(register, tried(person, NOW), NOW)
    link = accounts.reset(register, person.account.name, OPERATOR)
    accounts.disable(register, person.account.name, OPERATOR)
    assert accounts.opened_by(register, link, NOW) is None
    with pytest.raises(CannotUnderstand, match="no such account"):
        accounts.disable(register, "nobody", OPERATOR)


# --- sessions --------------------------------------------------------------------------------------------------------


def live(register: Register, token: str, at: datetime) -> bool:
    found = accounts.look(register, token, at)
    return found is not None and accounts.is_live(found, at)


def test_a_session_ends_after_half_an_hour_without_a_touch(register: Register) -> None:
    _, session = activated(register, "maria", Role.STAFF)
    assert live(register, session, NOW + 29 * MINUTE)
    assert live(register, session, NOW + 58 * MINUTE)
    assert not live(register, session, NOW + 88 * MINUTE)
    assert not live(register, session, NOW + 89 * MINUTE)


def test_a_session_ends_after_twelve_hours_however_busy(register: Register) -> None:
    _, session = activated(register, "maria", Role.STAFF)
    times = [NOW + number * 20 * MINUTE for number in range(1, 36)]
    assert all(live(register, session, at) for at in times)
    assert not live(register, session, NOW + timedelta(hours=12))


def test_an_ended_session_is_worth_nothing(register: Register) -> None:
    person = a_person(register)
    other = accounts.sign_in(register, tried(person, NOW), NOW)
    mine = accounts.look(register, person.session, NOW)
    assert mine and len(accounts.open_sessions(register, person.account, NOW)) == 2
    accounts.sign_out(register, mine, NOW)
    assert not live(register, person.session, NOW) and live(register, other, NOW)
    accounts.end_all(register, person.account, NOW)
    assert not live(register, other, NOW)
    assert actions(register)[-2:] == ["signed out", "signed out everywhere"]


def test_nobody_ends_the_session_of_another(register: Register) -> None:
    person, other = a_person(register), a_person(register, Role.ADMIN)
    theirs = accounts.look(register, other.session, NOW)
    assert theirs and not accounts.end(register, person.account, theirs.id, NOW)
    assert live(register, other.session, NOW)


def test_another_password_needs_the_present_one_and_ends_the_other_sessions(register: Register) -> None:
    person, new = a_person(register), "eleven grey umbrellas sing"
    other = accounts.sign_in(register, tried(person, NOW), NOW)
    mine = accounts.look(register, person.session, NOW)
    assert mine and not accounts.change_password(register, mine, ("wrong", new), NOW)
    assert accounts.change_password(register, mine, (PASSWORD, new), NOW)
    assert live(register, person.session, NOW) and not live(register, other, NOW)
    refused(register, tried(person, NOW + STEP), NOW)
    assert accounts.sign_in(register, tried(person, NOW + STEP, password=new), NOW)


def test_proving_oneself_inside_is_limited_too(register: Register) -> None:
    person = a_person(register)
    mine = accounts.look(register, person.session, NOW)
    assert mine
    for _ in range(limits.PER_ACCOUNT):
        assert accounts.new_recovery_codes(register, person.account, "000000", NOW) == ()
    with pytest.raises(Refused):
        accounts.new_recovery_codes(register, person.account, person.code(NOW), NOW)
    with pytest.raises(Refused):
        accounts.change_password(register, mine, (PASSWORD, "eleven grey umbrellas sing"), NOW)


def test_new_recovery_codes_end_the_old_ones(register: Register) -> None:
    person = a_person(register)
    assert len(accounts.new_recovery_codes(register, person.account, person.code(NOW), NOW)) == 10
    refused(register, tried(person, NOW, code=person.codes[0]), NOW)


def test_a_second_step_counts_once_its_app_has_shown_a_right_code(register: Register) -> None:
    account, _ = activated(register, "maria", Role.COUNSELOR)
    assert accounts.confirm_second_step(register, account, "000000", NOW) == ()
    secret, address = accounts.begin_second_step(register, account)
    assert secret in address and accounts.begin_second_step(register, account)[0] == secret
    assert accounts.confirm_second_step(register, account, "000000", NOW) == ()
    assert accounts.sign_in(register, accounts.Tried("maria", PASSWORD, "", HERE), NOW)


# --- what is written down --------------------------------------------------------------------------------------------


def test_nothing_that_opens_an_account_stands_in_the_database(sqlite_database: Database, tmp_path: Path) -> None:
    register = a_register(sqlite_database, tmp_path / "keys")
    person = a_person(register)
    link = accounts.add(register, "other", Role.STAFF, OPERATOR)
    sqlite_database.close()
    held = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert person.account.name.encode() in held
    secrets = [PASSWORD, person.session, link, person.secret, HERE, *person.codes, *(c.replace("-", "") for c in person.codes)]
    assert not [secret for secret in secrets if secret.encode() in held]


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_audit_only_grows(register: Register, change: str) -> None:
    a_person(register)
    before = actions(register)
    with pytest.raises(DBAPIError, match="only grows"), register.database.writing() as connection:
        connection.exec_driver_sql(change)
    assert actions(register) == before


def test_the_keys_are_made_once_for_nobody_else(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        made = set(pool.map(Keys.of, [tmp_path] * 8))
    assert len(made) == 1
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {
        "pages.key": 0o600, "accounts.key": 0o600,
    }  # fmt: skip
    assert made.pop().pages != Keys.of(tmp_path).accounts


@pytest.mark.parametrize("damage", [lambda file: file.chmod(0o644), lambda file: file.write_text("short")], ids=["read", "cut"])
def test_a_key_that_others_read_or_that_is_damaged_stops_the_start(tmp_path: Path, damage: object) -> None:
    Keys.of(tmp_path)
    assert callable(damage)
    damage(tmp_path / "accounts.key")
    with pytest.raises(CannotUnderstand, match="accounts.key"):
        Keys.of(tmp_path)


# --- passwords -------------------------------------------------------------------------------------------------------

COMMON = [
    "passwordpassword", "Password123456789", "qwertyuiopasdfgh", "123456789012345", "aaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc",
    "P@ssw0rdP@ssw0rd1", "correct horse battery staple", "iloveyou iloveyou!!", "Welcome2026Welcome2026", "1qaz2wsx3edc4rfv",
    "letmeinletmein12345", "examplecounselor2026", "Summer2026!Summer2026!", "00000000000000000001", "changemechangeme1!",
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_long_but_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(CannotUnderstand, match="easy to guess"):
        passwords.checked(password, "example counselor")


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "tR9#kk2!vmQx8Lz",
        "eleven grey umbrellas sing",
        "ñandú azul corre lejos",
        "我们今天晚上去哪里找一个可以住的地方呢",
    ],
)
def test_long_passwords_of_any_make_are_taken(password: str) -> None:
    assert passwords.checked(password, "example counselor") == password


@given(st.text(max_size=14))
def test_no_short_password_is_taken(password: str) -> None:
    with pytest.raises(CannotUnderstand, match="too short"):
        passwords.checked(password, "maria")


@given(st.text(min_size=1, max_size=7), st.integers(15, 40))
def test_no_piece_said_over_and_over_is_taken(piece: str, size: int) -> None:
    with pytest.raises(CannotUnderstand, match="easy to guess"):
        passwords.checked((piece * size)[:size], "maria")


# --- properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.lists(st.integers(0, 40), min_size=1, max_size=40).map(sorted))
def test_in_no_window_are_more_than_ten_tries_looked_at(sqlite_database: Database, tmp_path: Path, minutes: list[int]) -> None:
    register = a_register(sqlite_database, tmp_path / "keys")
    looked: list[datetime] = []
    nobody_else = secrets.token_hex(8)
    for at in (NOW + minute * MINUTE for minute in minutes):
        try:
            limits.count(register, limits.inside(register, nobody_else), at)
            looked.append(at)
        except Refused as told:
            assert told.until and at < told.until <= at + limits.WINDOW
    for start in looked:
        assert sum(start <= at < start + limits.WINDOW for at in looked) <= limits.PER_ACCOUNT
    if len(minutes) <= limits.PER_ACCOUNT:
        assert len(looked) == len(minutes)


def test_in_life_a_password_is_kept_with_the_effort_that_is_advised() -> None:
    assert extract_parameters(IN_LIFE.hash(PASSWORD)) == profiles.RFC_9106_LOW_MEMORY


def test_a_password_that_was_kept_with_less_effort_is_kept_anew_at_the_next_sign_in(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_person(register)
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    assert accounts.sign_in(register, tried(person, NOW), NOW)
    with register.database.reading() as connection:
        held = store.registered_as(connection, person.account.id)
    assert extract_parameters(held.password).time_cost == 2 and passwords.fits(held.password, PASSWORD)
