"""The directory keeps devices, accounts and invitations apart from the spaces; the database remembers its histories."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from server.store import directory, history
from server.store.directory import Account, EnrolledDevice, Invitation
from server.store.history import History

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
ACCOUNT = Account(account="ann", email="ann@example.org", may_create=True)
DEVICE = EnrolledDevice(
    device="d1", account=None, token_hash="t1", public_key="cGs=", label="Ann's", role_hint="door", enrolled_at=NOW
)
INVITATION = Invitation(code_hash="c1", account=None, email="bo@example.org", expires_at=NOW + timedelta(days=1))


def test_a_device_is_found_by_its_token(engine: Engine) -> None:
    with engine.begin() as connection:
        directory.add_device(connection, DEVICE)
        assert directory.device_by_token_hash(connection, "t1") == DEVICE == directory.device(connection, "d1")
        assert directory.device_by_token_hash(connection, "t2") is None
        assert directory.device(connection, "d2") is None


def test_a_revoked_device_is_known_as_revoked(engine: Engine) -> None:
    with engine.begin() as connection:
        directory.add_device(connection, DEVICE)
        directory.revoke_device(connection, "d1")
        found = directory.device_by_token_hash(connection, "t1")
    assert found is not None
    assert found.is_revoked


def test_a_device_belongs_to_an_account_that_exists(engine: Engine) -> None:
    owned = EnrolledDevice(
        device="d2", account="ann", token_hash="t2", public_key="", label="", role_hint="door", enrolled_at=NOW
    )
    with pytest.raises(IntegrityError), engine.begin() as connection:
        directory.add_device(connection, owned)
    with engine.begin() as connection:
        directory.add_account(connection, ACCOUNT)
        directory.add_device(connection, owned)
        assert directory.device(connection, "d2") == owned


def test_an_account_is_found_by_its_id_and_its_address(engine: Engine) -> None:
    with engine.begin() as connection:
        directory.add_account(connection, ACCOUNT)
        assert directory.account(connection, "ann") == ACCOUNT
        assert directory.account_by_email(connection, "ann@example.org") == ACCOUNT
        assert directory.account_by_email(connection, "bo@example.org") is None
    with pytest.raises(IntegrityError), engine.begin() as connection:
        directory.add_account(connection, Account(account="other", email="ann@example.org", may_create=False))


def test_an_invitation_is_used_once(engine: Engine) -> None:
    with engine.begin() as connection:
        directory.invite(connection, INVITATION)
        assert directory.use_invitation(connection, "c2", NOW) is None
        assert directory.use_invitation(connection, "c1", NOW) == INVITATION
        assert directory.use_invitation(connection, "c1", NOW) is None


def test_an_expired_invitation_is_not_used(engine: Engine) -> None:
    with engine.begin() as connection:
        directory.invite(connection, INVITATION)
        assert directory.use_invitation(connection, "c1", NOW + timedelta(days=1)) is None


def test_of_many_who_use_an_invitation_at_once_one_gets_it(engine: Engine) -> None:
    ready = Barrier(4)
    got: list[Invitation | None] = []

    def use() -> None:
        ready.wait()
        with engine.begin() as connection:
            got.append(directory.use_invitation(connection, "c1", NOW))

    with engine.begin() as connection:
        directory.invite(connection, INVITATION)
    threads = [Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one for one in got if one is not None] == [INVITATION]
    assert len(got) == 4


def test_a_restore_opens_a_history_whose_parent_was_current(engine: Engine) -> None:
    with engine.begin() as connection:
        assert history.current(connection) is None
        first = history.open_history(connection, "h1", NOW, {})
        assert first == History("h1", None, NOW, {}) == history.current(connection)
        # The clock of the machine that restores may be behind.
        second = history.open_history(connection, "h2", NOW - timedelta(days=1), {"space": 17})
        assert second == History("h2", "h1", NOW - timedelta(days=1), {"space": 17}) == history.current(connection)


def test_of_two_servers_that_open_the_first_history_one_does(engine: Engine) -> None:
    ready = Barrier(2)
    failed: list[IntegrityError] = []

    def open_first(name: str) -> None:
        ready.wait()
        try:
            with engine.begin() as connection:
                history.open_first(connection, name, NOW)
        except IntegrityError as error:
            failed.append(error)

    threads = [Thread(target=open_first, args=[name]) for name in ("h1", "h2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin() as connection:
        current = history.current(connection)
    assert current is not None
    assert current.parent is None
    assert len(failed) == 1


def test_a_history_is_opened_once(engine: Engine) -> None:
    with engine.begin() as connection:
        history.open_history(connection, "h1", NOW, {})
    with pytest.raises(IntegrityError), engine.begin() as connection:
        history.open_history(connection, "h1", NOW, {})
