"""Accounts, their sessions, and an audit table that can only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXTS = ("key", "name", "role", "password", "second_step", "offered", "created_at")
_TABLES = ("audit", "sign_in_attempt", "session", "activation", "recovery_code", "account")


def upgrade() -> None:
    """Create the six tables, and what keeps the audit as it was written."""
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index(op.f("ix_account_key"), "account", ["key"], unique=True)
    _of_an_account("recovery_code", "digest")
    _of_an_account("activation", "digest", "expires_at")
    _create_sessions()
    _create("sign_in_attempt", "subject", "at")
    op.create_index(op.f("ix_sign_in_attempt_subject_at"), "sign_in_attempt", ["subject", "at"])
    _create("audit", "at", "who", "action", "object")
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    _let_the_audit_only_grow()


def _create(table: str, *texts: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _of_an_account(table: str, key: str, *texts: str) -> None:
    op.create_table(
        table,
        sa.Column(key, sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        *_account(table),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])


def _create_sessions() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("digest", "started_at", "seen_at")),
        *_account("session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_digest"), "session", ["digest"], unique=True)
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"])


def _account(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    name = op.f(f"fk_{table}_account_id")
    return (
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=name, ondelete="CASCADE"),
    )


def _let_the_audit_only_grow() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )


def downgrade() -> None:
    """Drop them."""
    for name in _TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_only_grows()")
