"""Brings a database to the schema of this release. Migrations are numbered, and never changed once released."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

_LOCK: Final = 6_204_915_371  # any number, as long as it stays: of several servers that start together, one migrates


def migrate(engine: Engine) -> None:
    """Run what is missing, in one transaction; a database that is up to date stays as it is."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
