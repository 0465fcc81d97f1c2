"""What payment providers call the payments that were begun there."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "checkouts",
        sa.Column("space", _id, primary_key=True),
        sa.Column("payment", _id, primary_key=True),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
