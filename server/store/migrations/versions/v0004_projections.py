"""With which release and views the rows were made, so that those of another release are made again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "projections",
        sa.Column("space", _id, primary_key=True),
        sa.Column("release", sa.Integer, nullable=False),
        sa.Column("views", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
