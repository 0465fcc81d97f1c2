"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _key(name: str, kind: Any = _id) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _some(name: str, kind: Any = _id) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    _the_log()
    _rows()
    _waiting()
    _directory()
    _histories()


def _the_log() -> None:
    op.create_table(
        "spaces",
        _key("space"),
        _some("position", sa.BigInteger),
        _some("hash", sa.LargeBinary),
        sa.Column("decided_at", sa.BigInteger),
    )
    op.create_table(
        "commits",
        _key("space"),
        _key("position", sa.BigInteger),
        _some("command_id"),
        sa.Column("device", _id),
        sa.Column("epoch", sa.BigInteger),
        sa.Column("seq", sa.BigInteger),
        _some("outcome", sa.LargeBinary),
        _some("body", sa.LargeBinary),
        _some("hash", sa.LargeBinary),
    )
    of_a_device: dict[str, Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.column("device").is_not(None))
    op.create_index("commits_by_command", "commits", ["space", "command_id"], unique=True)
    op.create_index("commits_by_number", "commits", ["space", "device", "epoch", "seq"], unique=True, **of_a_device)
    op.create_index("commits_by_device", "commits", ["space", "device", "position"], **of_a_device)
    op.create_table(
        "device_numbers",
        _key("space"),
        _key("device"),
        _key("epoch", sa.BigInteger),
        _some("next_seq", sa.BigInteger),
        sqlite_with_rowid=False,
    )


def _rows() -> None:
    op.create_table(
        "rows",
        _key("space"),
        _key("view"),
        _key("key"),
        _some("position", sa.BigInteger),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("rows_by_position", "rows", ["space", "position"])
    op.create_table(
        "digests",
        _key("space"),
        _key("view"),
        _some("digest", sa.LargeBinary),
        _some("count", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_keys",
        _key("space"),
        _key("person"),
        sa.Column("key", sa.LargeBinary),
        sqlite_with_rowid=False,
    )


def _waiting() -> None:
    op.create_table(
        "deadlines",
        _key("space"),
        _key("key"),
        _some("due", sa.BigInteger),
        _some("command_name", sa.Text),
        _some("command_version", sa.Integer),
        _some("body", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_index("deadlines_by_due", "deadlines", ["due"])
    op.create_table(
        "outbox",
        _key("space"),
        _key("position", sa.BigInteger),
        _key("n", sa.Integer),
        _some("template", sa.Text),
        _some("about", sa.Text),
        _some("attempts", sa.Integer),
        _some("next_at", sa.BigInteger),
        sa.Column("last_error", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("outbox_by_next", "outbox", ["next_at"])


def _directory() -> None:
    op.create_table("slugs", _key("slug_lower"), _some("space"))
    op.create_table(
        "accounts",
        _key("account"),
        sa.Column("email", _id, nullable=False, unique=True),
        _some("may_create", sa.Boolean),
    )
    op.create_table(
        "devices",
        _key("device"),
        sa.Column("account", _id, sa.ForeignKey("accounts.account")),
        sa.Column("token_hash", _id, nullable=False, unique=True),
        _some("public_key", sa.Text),
        _some("label", sa.Text),
        _some("role_hint", sa.Text),
        _some("is_revoked", sa.Boolean),
        _some("enrolled_at", sa.BigInteger),
    )
    op.create_table(
        "invitations",
        _key("code_hash"),
        sa.Column("account", _id, sa.ForeignKey("accounts.account")),
        sa.Column("email", sa.Text),
        _some("expires_at", sa.BigInteger),
        sa.Column("used_at", sa.BigInteger),
    )


def _histories() -> None:
    op.create_table(
        "histories",
        _key("history"),
        sa.Column("parent", _id, sa.ForeignKey("histories.history")),
        _some("opened_at", sa.BigInteger),
        _some("fork_positions", sa.Text),
    )
    op.create_index("histories_by_parent", "histories", [sa.text("coalesce(parent, '')")], unique=True)
