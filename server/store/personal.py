"""Personal fields sealed under a key per person, so that an immutable log can forget a person: their key goes.

A sealed message keeps its place in the log and its other fields in clear. Each personal field reads as erased, and
`"~"` holds the ciphertext of each person's fields: whoever lacks a key reads the message as if the person was erased.
"""

import os
from base64 import b64decode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from server.store import schema
from server.store.bulk import both, insert, query, texts, upsert
from shared.kernel.codec import Undecodable, from_json, to_builtins, to_json
from shared.kernel.personal import kind_of, personal_fields, personal_parts

_CONFERENCE: Final = ""
"""Who owns what has no known person: the conference itself."""
_SEALED: Final = "~"
_NONCE_BYTES: Final = 12
_KEYS: Final = both("SELECT person, key FROM person_keys WHERE space = ? AND person IN [?]")
_ALL_KEYS: Final = both("SELECT person, key FROM person_keys WHERE space = ?")


class Vault:
    """The keys of one conference's persons, for the length of one transaction in which its space is locked."""

    def __init__(self, conn: Connection, space: str) -> None:
        self._conn = conn
        self._space = space
        self._asked: set[str] = set()
        self._ciphers: dict[str, AESGCM | None] = {}  # None: erased
        self._fresh: dict[str, bytes] = {}

    def load(self, persons: Iterable[str]) -> None:
        """Read these persons' keys in one statement. It saves time; one that is not loaded is read when it is used."""
        missing = set(persons) - self._asked
        if missing:
            self._take(query(self._conn, _KEYS, self._space, texts(self._conn, missing)))
            self._asked |= missing

    def load_all(self) -> None:
        """Read the key of every person of the conference, for whoever reads its whole log."""
        found = query(self._conn, _ALL_KEYS, self._space)
        self._take(found)
        self._asked.update(person for person, _ in found)

    def seal(self, message: Any) -> bytes:
        """The message as JSON with its personal fields sealed. A person without a key gets one, kept by `save`.

        What it says of an erased person is left out.
        """
        kind = kind_of(message)
        if not personal_fields(kind) and not personal_parts(kind):
            return to_json(message)
        fields = to_builtins(message)
        clear_by_person: dict[str, dict[str, str]] = {}
        for path, holder, name, of in _marked(kind, fields):
            text, person = holder[name], holder[of] or _CONFERENCE
            if isinstance(text, str) and (person or text):
                clear_by_person.setdefault(person, {})[path] = text
                holder[name] = {}
        sealed = {
            person: _encrypt(cipher, to_json(clear))
            for person, clear in clear_by_person.items()
            if (cipher := self._sealing_cipher(person)) is not None
        }
        return to_json(fields | {_SEALED: sealed} if sealed else fields)

    def hide(self, body: bytes) -> bytes:
        """Bytes that nobody could read as a message, sealed whole under the conference's own key."""
        cipher = self._sealing_cipher(_CONFERENCE)
        assert cipher is not None, "a conference is not erased"
        return to_json({_SEALED: _encrypt(cipher, body)})

    def open(self, sealed: bytes) -> bytes:
        """What `seal` or `hide` was given, fields of erased persons as `{}`; what was never sealed comes back as it is.

        Raises cryptography's InvalidTag if the ciphertext was changed.
        """
        if b'"~"' not in sealed:
            return sealed
        try:
            fields = from_json(dict[str, Any], sealed)
        except Undecodable:
            return sealed
        hidden = fields.pop(_SEALED, {})
        if isinstance(hidden, str):
            self.load([_CONFERENCE])
            cipher = self._ciphers[_CONFERENCE]
            assert cipher is not None, "a conference is not erased"
            return _decrypt(cipher, hidden)
        self.load(hidden)
        for person, text in hidden.items():
            cipher = self._ciphers.get(person)
            if cipher is not None:
                for path, clear in from_json(dict[str, str], _decrypt(cipher, text)).items():
                    _put(fields, path, clear)
        return to_json(fields)

    def save(self) -> None:
        """Store the keys that `seal` and `hide` made."""
        insert(self._conn, schema.person_keys, [(self._space, person, key) for person, key in self._fresh.items()])
        self._fresh.clear()

    def destroy(self, person: str) -> None:
        """Delete a person's key for good; they never get another. Add them to `ErasedIds` first."""
        upsert(self._conn, schema.person_keys, [(self._space, person, None)])
        self._asked.add(person)
        self._ciphers[person] = None
        self._fresh.pop(person, None)

    def _sealing_cipher(self, person: str) -> AESGCM | None:
        self.load([person])
        if person not in self._ciphers:
            key = self._fresh[person] = AESGCM.generate_key(256)
            self._ciphers[person] = AESGCM(key)
        return self._ciphers[person]

    def _take(self, found: Iterable[Any]) -> None:
        for person, key in found:
            self._ciphers[person] = None if key is None else AESGCM(key)


class ErasedIds:
    """Who was erased, in a file apart from the database and its backups, so that a restored backup is erased again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, space: str, person: str) -> None:
        """Append a person, on disk when this returns. Call it before the transaction that destroys the key commits."""
        is_new = not self._path.exists()
        # A line of its own even after a line that a crash cut off.
        line = b"\n" + to_json([space, person]) + b"\n"
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            _sync_folder(self._path.parent)

    def all(self) -> set[tuple[str, str]]:
        """Every (space, person) that was added; a line that a crash cut off was never acknowledged, and is left out."""
        if not self._path.exists():
            return set()
        erased = set()
        for line in self._path.read_bytes().split(b"\n"):
            try:
                erased.add(from_json(tuple[str, str], line))
            except Undecodable:
                continue
        return erased


def _marked(kind: Any, fields: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str, str]]:
    """Each personal field: its path in the message, the object that it stands in, its name, and its person's field."""
    for name, of in personal_fields(kind).items():
        yield name, fields, name, of
    for list_name, part in personal_parts(kind).items():
        for place, holder in enumerate(fields[list_name]):
            for name, of in personal_fields(part).items():
                yield f"{list_name}.{place}.{name}", holder, name, of


def _put(fields: dict[str, Any], path: str, text: str) -> None:
    *way, name = path.split(".")
    holder = fields[way[0]][int(way[1])] if way else fields
    holder[name] = text


def _encrypt(cipher: AESGCM, clear: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, clear, None)


def _decrypt(cipher: AESGCM, text: str) -> bytes:
    sealed = b64decode(text)
    return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # there a folder cannot be opened, and its entries are durable without it
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
