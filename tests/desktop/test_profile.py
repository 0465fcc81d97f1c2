"""A profile folder: its key, its lock, its identity."""

import base64
import subprocess
import sys
from pathlib import Path

import keyring as keyring_library
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from desktop.profile import LOG_FILE, Membership, Profile
from desktop.secret import SALT_FILE, os_keyring
from desktop.store.files import EnvironmentProblem
from shared.conference.conference import Conference
from shared.kernel.decider import Role
from tests.desktop.fakes import MemoryKeyring, no_keyring, open_profile
from tests.sync.world import creation


def test_a_profile_keeps_its_identity(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    profile = open_profile(tmp_path, keyring)
    profile.use_server("https://lanyard.example/")
    profile.rename("Door 1")
    profile.enrolled(token="secret", may_create=True)
    profile.enrolled(token=None, may_create=True)
    before, public_key = profile.identity, profile.public_key
    profile.close()
    again = open_profile(tmp_path, keyring)
    assert again.identity == before
    assert (before.server_url, before.label, before.token) == ("https://lanyard.example", "Door 1", "secret")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    key.verify(base64.b64decode(again.sign(b"message")), b"message")
    again.close()


def test_a_profile_keeps_its_conferences(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    profile = open_profile(tmp_path, keyring)
    conference = profile.create_conference_id()
    profile.workspace(conference).issue(creation())
    assert profile.workspace(conference) is profile.workspace(conference)
    profile.remember(Membership(conference="other", role=Role.DOOR, title="Another"))
    with pytest.raises(KeyError):
        profile.workspace("unknown")
    profile.close()
    again = open_profile(tmp_path, keyring)
    assert [one.conference for one in again.memberships()] == [conference, "other"]
    kept = again.workspace(conference).get(Conference)
    assert kept is not None
    assert kept.name == "Gathering"
    again.close()


def test_nothing_of_a_profile_is_readable_without_its_key(tmp_path: Path) -> None:
    profile = open_profile(tmp_path)
    profile.enrolled(token="a-very-secret-token", may_create=False)
    profile.close()
    assert all(b"a-very-secret-token" not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_second_instance_on_one_profile_is_refused(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    profile = open_profile(tmp_path, keyring)
    with pytest.raises(EnvironmentProblem, match="already running"):
        open_profile(tmp_path, keyring)
    profile.close()
    open_profile(tmp_path, keyring).close()


def test_the_lock_ends_with_its_process_however_it_ends(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from desktop.profile import FolderLock;"
        "lock = FolderLock(pathlib.Path(sys.argv[1]) / 'in-use.lock'); print('taken', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"taken\n"
        with pytest.raises(EnvironmentProblem, match="already running"):
            open_profile(tmp_path)
        other.kill()
        other.wait()
        open_profile(tmp_path).close()


def test_what_fails_while_opening_lets_go_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="passphrase"):
        Profile.open(tmp_path, keyring=no_keyring)
    open_profile(tmp_path).close()


def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem, match="cannot write to its folder"):
        open_profile(tmp_path / "file" / "profile")


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    profile = open_profile(tmp_path)
    for url in ("lanyard.example", "ftp://lanyard.example", "https://", "http://a:b", "http://[::1"):
        with pytest.raises(EnvironmentProblem, match="not the address"):
            profile.use_server(url)
    profile.close()


def test_a_key_that_the_keyring_lost_is_told(tmp_path: Path) -> None:
    open_profile(tmp_path).close()
    with pytest.raises(EnvironmentProblem, match="not in this machine's keyring"):
        open_profile(tmp_path, MemoryKeyring())


# Without a keyring


def test_without_a_keyring_a_passphrase_is_asked_for(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "Schlüssel"

    Profile.open(tmp_path, keyring=no_keyring, passphrase=answer).close()
    assert "Choose" in asked[0]
    # The same letters, as another keyboard writes them.
    Profile.open(tmp_path, keyring=no_keyring, passphrase=lambda _: "Schlu\u0308ssel").close()
    assert b"Schl" not in (tmp_path / SALT_FILE).read_bytes()


def test_a_profile_with_a_passphrase_stays_so_when_a_keyring_appears(tmp_path: Path) -> None:
    Profile.open(tmp_path, keyring=no_keyring, passphrase=lambda _: "open sesame").close()
    keyring = MemoryKeyring()
    Profile.open(tmp_path, keyring=lambda: keyring, passphrase=lambda _: "open sesame").close()
    assert not keyring.kept


def test_a_wrong_passphrase_is_told_in_a_sentence(tmp_path: Path) -> None:
    Profile.open(tmp_path, keyring=no_keyring, passphrase=lambda _: "open sesame").close()
    with pytest.raises(EnvironmentProblem, match="not the passphrase"):
        Profile.open(tmp_path, keyring=no_keyring, passphrase=lambda _: "open barley")
    with pytest.raises(EnvironmentProblem, match="LANYARD_PASSPHRASE"):
        Profile.open(tmp_path, keyring=no_keyring, passphrase=lambda _: None)


def test_a_damaged_salt_or_log_is_told(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    open_profile(tmp_path, keyring).close()
    (tmp_path / LOG_FILE).write_bytes(b"nothing of ours" * 1000)
    with pytest.raises(EnvironmentProblem, match="damaged"):
        open_profile(tmp_path, keyring)
    (tmp_path / SALT_FILE).write_text("{}")
    with pytest.raises(EnvironmentProblem, match="damaged"):
        open_profile(tmp_path, keyring)


class ForgetfulKeyring(MemoryKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class LockedKeyring(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked


@pytest.mark.parametrize("keyring", [ForgetfulKeyring(), LockedKeyring()])
def test_a_keyring_that_does_not_keep_is_none(tmp_path: Path, keyring: MemoryKeyring) -> None:
    Profile.open(tmp_path, keyring=lambda: keyring, passphrase=lambda _: "open sesame").close()
    assert (tmp_path / SALT_FILE).exists()


class PlaintextKeyring(null.Keyring):
    """As third parties offer them."""


@pytest.mark.parametrize("backend", [PlaintextKeyring, null.Keyring])
def test_only_keyrings_of_operating_systems_are_trusted(backend: type[null.Keyring]) -> None:
    before = keyring_library.get_keyring()
    keyring_library.set_keyring(backend())
    try:
        assert (os_keyring() is None) is (backend is PlaintextKeyring)
    finally:
        keyring_library.set_keyring(before)


def test_the_keyring_of_a_machine_without_one_raises_and_is_none(tmp_path: Path) -> None:
    Profile.open(tmp_path, keyring=fail.Keyring, passphrase=lambda _: "open sesame").close()
    assert (tmp_path / SALT_FILE).exists()
