"""The outbox holds calls of services beside mails, and keeps what was given up, without a time."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    connection = op.get_bind()
    # Made anew and not altered: SQLite cannot change a column, and the columns stand in the order of the schema.
    waiting = connection.execute(sa.text("SELECT * FROM outbox")).mappings().all()
    op.drop_table("outbox")
    made = op.create_table(
        "outbox",
        sa.Column("space", _id, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        _some("kind"),
        _some("name"),
        _some("about"),
        _some("attempts", sa.Integer),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("last_error", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("outbox_by_next", "outbox", ["next_at"])
    op.bulk_insert(made, [{"kind": "mail", "name": one["template"]} | _kept(one) for one in waiting])


def _some(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _kept(one: sa.RowMapping) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "template"}
