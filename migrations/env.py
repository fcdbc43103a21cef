"""What Alembic runs: the migrations, over the connection that `Database.upgrade` gives, or over DATABASE_URL by hand."""

import os

from alembic import context
from sqlalchemy import Connection, Engine

from directory.database import Database
from directory.tables import Table


def migrate(connection: Connection) -> None:
    """Run the migrations in one transaction; SQLite alters a table by copying it (batch mode)."""
    batch = connection.dialect.name == "sqlite"
    context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=batch)
    with context.begin_transaction():
        context.run_migrations()


def migrate_engine(engine: Engine) -> None:
    """Run the migrations over a connection of their own, and commit."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate(connection)


given: dict[str, Connection | Engine] = context.config.attributes
if isinstance(connection := given.get("connection"), Connection):
    migrate(connection)
elif isinstance(engine := given.get("engine"), Engine):
    migrate_engine(engine)
else:
    by_hand = Database(os.environ["DATABASE_URL"])
    try:
        migrate_engine(by_hand.engine)
    finally:
        by_hand.close()
