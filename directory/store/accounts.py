"""Accounts in the database: who may sign in, what opens an account, who is signed in, and the audit."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from directory.account import Account, Registered, Role, Session, Who
from directory.tables import AccountRow, ActivationRow, AttemptRow, AuditRow, RecoveryCodeRow, SessionRow


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


# --- the audit -----------------------------------------------------------------------------------------------------


def audit(connection: Connection, who: Who, action: str, object: str) -> None:
    """Append to the audit: who did what to what, when. Never what was written or read."""
    connection.execute(insert(AuditRow).values(at=_written(who.at), who=who.name, action=action, object=object))


def audited(connection: Connection) -> list[tuple[str, str, str, str]]:
    """The audit from its beginning: when, who, action, object."""
    rows = connection.execute(select(AuditRow.at, AuditRow.who, AuditRow.action, AuditRow.object).order_by(AuditRow.id))
    return [(at, who, action, what) for at, who, action, what in rows]


def newest_audited(connection: Connection, most: int) -> list[tuple[str, str, str, str]]:
    """The last lines of the audit, the newest first: when, who, action, object."""
    columns = AuditRow.at, AuditRow.who, AuditRow.action, AuditRow.object
    rows = connection.execute(select(*columns).order_by(AuditRow.id.desc()).limit(most))
    return [(at, who, action, what) for at, who, action, what in rows]


# --- accounts ------------------------------------------------------------------------------------------------------


def add_account(connection: Connection, key: str, account: tuple[str, Role], now: datetime) -> int:
    """A new account, by its compared name, its name and role; nothing opens it yet. Returns its id."""
    name, role = account
    empty = {"password": "", "second_step": "", "offered": "", "last_step": 0, "disabled": False}
    values = {"key": key, "name": name, "role": str(role), "created_at": _written(now), **empty}
    return connection.execute(insert(AccountRow).values(values).returning(AccountRow.id)).scalar_one()


def registered(connection: Connection, key: str) -> Registered | None:
    """The account of a compared name."""
    row = connection.execute(select(AccountRow.__table__).where(AccountRow.key == key)).one_or_none()
    return _registered(row) if row else None


def registered_as(connection: Connection, account_id: int) -> Registered:
    """The account of an id that is known to exist."""
    return _registered(connection.execute(select(AccountRow.__table__).where(AccountRow.id == account_id)).one())


def all_registered(connection: Connection) -> list[Registered]:
    """Every account, by name."""
    return [_registered(row) for row in connection.execute(select(AccountRow.__table__).order_by(AccountRow.key))]


def _registered(row: Row[tuple[object, ...]]) -> Registered:
    account = Account(row.id, row.name, Role(row.role))
    return Registered(account, row.password, row.second_step, row.offered, row.last_step, row.disabled)


def set_password(connection: Connection, account_id: int, digest: str) -> None:
    """Another password's digest; "" for none."""
    connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(password=digest))


def set_role(connection: Connection, account_id: int, role: Role) -> None:
    """Another role."""
    connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(role=str(role)))


def set_disabled(connection: Connection, account_id: int, disabled: bool) -> None:
    """Close an account, or open it again."""
    connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(disabled=disabled))


def offer_second_step(connection: Connection, account_id: int, made_from: str) -> None:
    """Keep what a second step is made from that nobody has confirmed yet."""
    connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(offered=made_from))


def set_second_step(connection: Connection, account_id: int, made_from: str, last_step: int) -> None:
    """The second step from now on, and the last time step used; "" and 0 for none."""
    values = {"second_step": made_from, "offered": "", "last_step": last_step}
    connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(values))


def use_step(connection: Connection, account_id: int, step: int) -> bool:
    """Use up the code of a time step; False where it, or a later one, was used before."""
    newer = update(AccountRow).where(AccountRow.id == account_id, AccountRow.last_step < step)
    return connection.execute(newer.values(last_step=step)).rowcount == 1


def replace_recovery_codes(connection: Connection, account_id: int, digests: Iterable[str]) -> None:
    """Other recovery codes instead of those before."""
    connection.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id))
    for digest in digests:
        connection.execute(insert(RecoveryCodeRow).values(digest=digest, account_id=account_id))


def use_recovery_code(connection: Connection, account_id: int, digest: str) -> bool:
    """Use up a recovery code; False where there is none such."""
    those = RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.digest == digest
    return connection.execute(delete(RecoveryCodeRow).where(*those)).rowcount == 1


def recovery_codes_left(connection: Connection, account_id: int) -> int:
    """How many recovery codes were not used yet."""
    query = select(func.count()).select_from(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id)
    return connection.scalar(query) or 0


# --- activation links ----------------------------------------------------------------------------------------------


def replace_activation(connection: Connection, account_id: int, digest: str, until: datetime) -> None:
    """A link to set the password with, instead of any before."""
    connection.execute(delete(ActivationRow).where(ActivationRow.account_id == account_id))
    connection.execute(insert(ActivationRow).values(digest=digest, account_id=account_id, expires_at=_written(until)))


def activation(connection: Connection, digest: str, now: datetime) -> Registered | None:
    """Whose account a link opens; None where it was used, its time is over, or the account is closed."""
    valid = ActivationRow.digest == digest, ActivationRow.expires_at > _written(now), AccountRow.disabled.is_(False)
    query = select(AccountRow.__table__).join(ActivationRow, ActivationRow.account_id == AccountRow.id).where(*valid)
    row = connection.execute(query).one_or_none()
    return _registered(row) if row else None


def remove_activations(connection: Connection, account_id: int) -> None:
    """Let no link open this account any more."""
    connection.execute(delete(ActivationRow).where(ActivationRow.account_id == account_id))


# --- sessions ------------------------------------------------------------------------------------------------------


def add_session(connection: Connection, account_id: int, digest: str, now: datetime) -> None:
    """A browser in which somebody signed in just now."""
    times = {"started_at": _written(now), "seen_at": _written(now)}
    connection.execute(insert(SessionRow).values(digest=digest, account_id=account_id, **times))


def session(connection: Connection, digest: str) -> Session | None:
    """The session of an id's digest, whether its time is over or not."""
    query = select(SessionRow.__table__).where(SessionRow.digest == digest)
    row = connection.execute(query).one_or_none()
    return _session(row, registered_as(connection, row.account_id)) if row else None


def sessions_of(connection: Connection, account_id: int) -> list[Session]:
    """An account's sessions, the newest first."""
    owner = registered_as(connection, account_id)
    query = select(SessionRow.__table__).where(SessionRow.account_id == account_id).order_by(SessionRow.id.desc())
    return [_session(row, owner) for row in connection.execute(query)]


def _session(row: Row[tuple[object, ...]], owner: Registered) -> Session:
    started, seen = datetime.fromisoformat(row.started_at), datetime.fromisoformat(row.seen_at)
    return Session(row.id, owner.account, started, seen, bool(owner.second_step), owner.disabled)


def touch_session(connection: Connection, session_id: int, now: datetime) -> None:
    """Note that the session was used just now."""
    connection.execute(update(SessionRow).where(SessionRow.id == session_id).values(seen_at=_written(now)))


def end_session(connection: Connection, account_id: int, session_id: int) -> bool:
    """End one of an account's sessions; False where it has none such."""
    those = SessionRow.account_id == account_id, SessionRow.id == session_id
    return connection.execute(delete(SessionRow).where(*those)).rowcount == 1


def end_sessions(connection: Connection, account_id: int, but: int | None = None) -> int:
    """End all of an account's sessions, perhaps but one; returns how many."""
    those = [SessionRow.account_id == account_id, *([SessionRow.id != but] if but is not None else [])]
    return connection.execute(delete(SessionRow).where(*those)).rowcount


def forget_sessions(connection: Connection, before: datetime) -> None:
    """Forget the sessions that started before a time."""
    connection.execute(delete(SessionRow).where(SessionRow.started_at < _written(before)))


# --- attempts to sign in -------------------------------------------------------------------------------------------


def attempts(connection: Connection, subject: str, since: datetime) -> list[datetime]:
    """When a subject failed to sign in since a time, the oldest first."""
    query = select(AttemptRow.at).where(AttemptRow.subject == subject, AttemptRow.at > _written(since)).order_by(AttemptRow.at)
    return [datetime.fromisoformat(at) for at in connection.scalars(query)]


def add_attempts(connection: Connection, subjects: Sequence[str], now: datetime) -> list[int]:
    """Count a try against each subject before it is looked at; returns what `forgive` takes."""
    one = insert(AttemptRow).returning(AttemptRow.id)
    return [connection.execute(one.values(subject=subject, at=_written(now))).scalar_one() for subject in subjects]


def forgive(connection: Connection, tries: Sequence[int]) -> None:
    """Take back tries that succeeded."""
    connection.execute(delete(AttemptRow).where(AttemptRow.id.in_(tries)))


def forget_attempts(connection: Connection, subject: str) -> None:
    """Begin a subject's count anew."""
    connection.execute(delete(AttemptRow).where(AttemptRow.subject == subject))


def forget_old_attempts(connection: Connection, before: datetime) -> None:
    """Forget what counts no more."""
    connection.execute(delete(AttemptRow).where(AttemptRow.at <= _written(before)))
