"""A keyring in memory, a disk that spoils files, and a server on a real socket that cuts, hangs and lies as told."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from desktop.profile import Profile
from desktop.secret import Keyring

_PAGE_BYTES = 4096


@dataclass
class MemoryKeyring:
    """Keeps secrets as long as the test runs."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


def no_keyring() -> Keyring | None:
    return None


def open_profile(folder: Path, keyring: MemoryKeyring | None = None) -> Profile:
    """A profile whose key is in memory; the same folder needs the same keyring again."""
    kept = keyring or MemoryKeyring()
    return Profile.open(folder, keyring=lambda: kept)


def damage(file: Path) -> None:
    """Turn over some bits in every page but the first."""
    spoilt = bytearray(file.read_bytes())
    for at in range(_PAGE_BYTES + 100, len(spoilt), _PAGE_BYTES):
        spoilt[at] ^= 0xFF
    file.write_bytes(spoilt)


@dataclass
class Asked:
    """A request as it came over the socket."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """Raw bytes; `cut` closes the connection after so many, `hang` keeps it open and silent afterwards."""

    raw: bytes
    cut: int | None = None
    hang: bool = False


def http(body: bytes, status: int = 200, **headers: str) -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def event_stream(*events: bytes) -> bytes:
    """The head of an event stream that ends with the connection, and events."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + b"".join(events)


@dataclass
class SocketServer:
    """Answers each request by `handler`, a connection each."""

    handler: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    _open: list[socket.socket] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator["SocketServer"]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            thread = threading.Thread(target=self._accept, args=(listening,))
            thread.start()
            try:
                yield self
            finally:
                listening.shutdown(socket.SHUT_RDWR)
                for one in self._open:
                    with suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                thread.join()

    def _accept(self, listening: socket.socket) -> None:
        threads: list[threading.Thread] = []
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self._open.append(connection)
                threads.append(threading.Thread(target=self._serve, args=(connection,)))
                threads[-1].start()
        for thread in threads:
            thread.join()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            asked = _read(connection)
            if asked is None:
                return
            self.asked.append(asked)
            reply = self.handler(asked)
            connection.sendall(reply.raw[: reply.cut])
            if reply.hang:
                connection.recv(1)


def _read(connection: socket.socket) -> Asked | None:
    head = b""
    while b"\r\n\r\n" not in head:
        got = connection.recv(65536)
        if not got:
            return None
        head += got
    head, _, body = head.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, path, _ = first.split(" ")
    return Asked(method, path, headers, body)
