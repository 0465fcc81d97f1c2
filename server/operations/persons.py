"""Erases a person: their key is destroyed, and every row, desktop and local log forgets what it said of them."""

from sqlalchemy import select

from server.operations.office import Office
from server.store import schema
from server.store.engine import reading
from server.store.problems import EnvironmentProblem
from shared.access.access import ErasedPerson, ErasePerson
from shared.kernel.decider import key
from shared.kernel.ids import PersonId, derived_id
from shared.sync.protocol import Status


def erase_person(office: Office, space: str, person: str) -> int:
    """Erase somebody by their id; how many rows said something of them. EnvironmentProblem for an unknown person."""
    keys = schema.person_keys
    with reading(office.engine).begin() as conn:
        known = conn.execute(select(keys.c.key).where(keys.c.space == space, keys.c.person == person)).one_or_none()
    if known is None or not person:
        raise EnvironmentProblem(f"Nobody with the id {person} was ever named in this conference.")
    changed = erase(office, space, person)
    forget_free_pages(office)
    return changed


def erase(office: Office, space: str, person: str) -> int:
    """Erase a person, be they named here or not yet; how many rows said something of them."""
    # A new id each time: after a restore the same person is erased again.
    command_id = derived_id("erase", space, person, office.clock().isoformat())
    receipt = office.run(space, ErasePerson(person=PersonId(person)), command_id)
    if receipt.verdict.status is not Status.ACCEPTED:
        raise EnvironmentProblem(f"The person could not be erased ({receipt.verdict.code}).")
    return len(receipt.changes.keys() - {key(ErasedPerson, person)})


def forget_free_pages(office: Office) -> None:
    """On SQLite, old pages may linger in the write-ahead log until it is overwritten: empty it now."""
    if office.engine.dialect.name == "sqlite":
        connection = office.engine.raw_connection()
        try:
            connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # type: ignore[union-attr]
        finally:
            connection.close()
