"""The tables. Every key begins with the space (a conference's id), except in the directory, which is outside them.

A change here needs a migration beside it: `tests/server/store/test_migrations.py` compares the two.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, text

from server.store.moments import Moment

metadata: Final = MetaData()

# Compared by bytes on PostgreSQL too: faster, and an upgrade of the system's locales cannot spoil an index.
Id: Final = Text().with_variant(Text(collation="C"), "postgresql")

# Position and hash of a space's last commit. Locked first by whoever writes.
spaces: Final = Table(
    "spaces",
    metadata,
    Column("space", Id, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("decided_at", Moment),
)

# One handled command a row, for ever. Device, epoch and seq are empty for what comes from the web or the server itself.
commits: Final = Table(
    "commits",
    metadata,
    Column("space", Id, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("command_id", Id, nullable=False),
    Column("device", Id),
    Column("epoch", BigInteger),
    Column("seq", BigInteger),
    Column("outcome", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
_of_a_device = commits.c.device.is_not(None)
Index("commits_by_command", commits.c.space, commits.c.command_id, unique=True)
Index(
    "commits_by_number",
    commits.c.space,
    commits.c.device,
    commits.c.epoch,
    commits.c.seq,
    unique=True,
    sqlite_where=_of_a_device,
    postgresql_where=_of_a_device,
)
Index(
    "commits_by_device",
    commits.c.space,
    commits.c.device,
    commits.c.position,
    sqlite_where=_of_a_device,
    postgresql_where=_of_a_device,
)

device_numbers: Final = Table(
    "device_numbers",
    metadata,
    Column("space", Id, primary_key=True),
    Column("device", Id, primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("next_seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Every view's rows, each with the position of its last change. No body: a tombstone.
rows: Final = Table(
    "rows",
    metadata,
    Column("space", Id, primary_key=True),
    Column("view", Id, primary_key=True),
    Column("key", Id, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("body", LargeBinary),
)
Index("rows_by_position", rows.c.space, rows.c.position)

# The sum of a view's row hashes as 16 bytes, and the number of its rows, tombstones not counted.
digests: Final = Table(
    "digests",
    metadata,
    Column("space", Id, primary_key=True),
    Column("view", Id, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

deadlines: Final = Table(
    "deadlines",
    metadata,
    Column("space", Id, primary_key=True),
    Column("key", Id, primary_key=True),
    Column("due", Moment, nullable=False),
    Column("command_name", Text, nullable=False),
    Column("command_version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("deadlines_by_due", deadlines.c.due)

# What waits for the world outside: a mail by its template, a call by its service. No time: it was given up.
outbox: Final = Table(
    "outbox",
    metadata,
    Column("space", Id, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment),
    Column("last_error", Text),
    sqlite_with_rowid=False,
)
Index("outbox_by_next", outbox.c.next_at)

# Payments that were begun at a provider: its own name of each, and its page. Beside the log, which has our names alone.
checkouts: Final = Table(
    "checkouts",
    metadata,
    Column("space", Id, primary_key=True),
    Column("payment", Id, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("url", Text, nullable=False),
    sqlite_with_rowid=False,
)

# The release and the views that rows were made with. The space '' stands for all that have no line of their own.
projections: Final = Table(
    "projections",
    metadata,
    Column("space", Id, primary_key=True),
    Column("release", Integer, nullable=False),
    Column("views", Text, nullable=False),
    sqlite_with_rowid=False,
)

# No key: the person was erased, and nothing about them is ever sealed readably again.
person_keys: Final = Table(
    "person_keys",
    metadata,
    Column("space", Id, primary_key=True),
    Column("person", Id, primary_key=True),
    Column("key", LargeBinary),
    sqlite_with_rowid=False,
)

# The directory

slugs: Final = Table(
    "slugs",
    metadata,
    Column("slug_lower", Id, primary_key=True),
    Column("space", Id, nullable=False),
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("account", Id, primary_key=True),
    Column("email", Id, nullable=False, unique=True),
    Column("may_create", Boolean, nullable=False),
)

devices: Final = Table(
    "devices",
    metadata,
    Column("device", Id, primary_key=True),
    Column("account", Id, ForeignKey("accounts.account")),
    Column("token_hash", Id, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("role_hint", Text, nullable=False),
    Column("is_revoked", Boolean, nullable=False),
    Column("enrolled_at", Moment, nullable=False),
)

invitations: Final = Table(
    "invitations",
    metadata,
    Column("code_hash", Id, primary_key=True),
    Column("account", Id, ForeignKey("accounts.account")),
    Column("email", Text),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

# A chain: a restore from a backup opens a new history, whose parent is the one that the backup belonged to.
histories: Final = Table(
    "histories",
    metadata,
    Column("history", Id, primary_key=True),
    Column("parent", Id, ForeignKey("histories.history")),
    Column("opened_at", Moment, nullable=False),
    Column("fork_positions", Text, nullable=False),
)
# One child each, and one beginning: of two servers that open the first history together, one fails.
Index("histories_by_parent", text("coalesce(parent, '')"), unique=True, _table=histories)
