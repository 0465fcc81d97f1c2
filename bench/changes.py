"""A change of many rows, as a server would send it, and the one row that it is compared with."""

import time
from dataclasses import replace
from pathlib import Path

from bench.figures import Latencies
from desktop.store.files import KEY_BYTES, open_file, transaction
from desktop.workspace import Change, Workspace
from shared.checkin.verdict import Pass
from shared.domain import DOMAIN
from shared.kernel.codec import RawJson, to_json
from shared.kernel.decider import key
from shared.sync.protocol import Page, PushedRow


def change_of(workspace: Workspace, company: str, rows: int) -> bytes:
    """The only page of a change of the first attendees' passes, which work at this company now."""
    before = workspace.checkpoint
    passes = sorted(workspace.rows(Pass).items())[:rows]
    pushed = [
        PushedRow(key(Pass).view, id, before.position + 1, RawJson(to_json(replace(one, company=company))))
        for id, one in passes
    ]
    after = workspace.digests_after(
        Change(checkpoint=before, versions={}, rows={key(Pass, one.id): one for one in pushed}, outcomes=[])
    )
    last = Page(
        history=before.history,
        after=before.position,
        upto=before.position + 1,
        role=before.role,
        views=DOMAIN.views_of(workspace.role),
        rows=pushed,
        outcomes=[],
        digests={view: f"{digest:x}" for view, digest in after.items()},
        hash="1" * 64,
    )
    return to_json(last)


def inserts(path: Path, number: int) -> Latencies:
    """The yardstick of a verdict: one row a transaction in the same kind of file."""
    connection = open_file(path, bytes(KEY_BYTES), "CREATE TABLE plain (id INTEGER PRIMARY KEY, body BLOB)")
    seconds = []
    for _ in range(number):
        started = time.perf_counter()
        with transaction(connection):
            connection.execute("INSERT INTO plain (body) VALUES (?)", (bytes(500),))
        seconds.append(time.perf_counter() - started)
    connection.close()
    return Latencies.of(seconds)
