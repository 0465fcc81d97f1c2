"""Real server processes and laptops that reach them over real HTTP; a process can be killed at any moment."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.profile import new_id
from desktop.store.log import Log
from desktop.sync.client import Client
from desktop.sync.link import Unreachable
from desktop.sync.session import Ended, Staging, sync
from desktop.workspace import Workspace
from server.secrets import Secrets
from server.settings import Settings, kept_secret
from server.store.engine import create_engine_for
from server.web.invitations import invite
from shared.conference.conference import Owner
from shared.kernel.codec import from_json, to_json
from shared.kernel.decider import Role
from tests.server.authority import SEATS

ROOT = Path(__file__).parents[2]
START_S = 180.0
FILE_KEY = bytes(range(32))


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Settings) -> dict[str, str]:
    """What makes a process of ours find this data folder and database."""
    given = os.environ | {"LANYARD_DATA_DIR": str(settings.data_dir)}
    # All the registrants are at one address.
    given |= {"LANYARD_HELD_SEATS_PER_ADDRESS": "0", "LANYARD_ORDERS_PER_ADDRESS": "0"}
    return given if settings.database_url is None else given | {"LANYARD_DATABASE_URL": settings.database_url}


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class ServerProcess:
    """`lanyard serve`; on the same port however often it is started."""

    settings: Settings
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.settings.data_dir / f"server-{self.port}.log").open("ab") as log:
            command = [sys.executable, "-m", "server", "serve", "--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment(self.settings), stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start: {self.log()[-2000:]}")

    def log(self) -> str:
        return (self.settings.data_dir / f"server-{self.port}.log").read_text()

    def kill(self) -> None:
        """As when the power fails."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(120)
            self.process = None


def invited(settings: Settings) -> str:
    """A one-time code for a new laptop."""
    engine = create_engine_for(settings.database)
    with engine.begin() as conn:
        code = invite(conn, Secrets(kept_secret(settings.master_secret_file)), "ann@example.org", now())
    engine.dispose()
    return code


class Laptop:
    """A device with its files, and a server's address."""

    def __init__(self, folder: Path, url: str, conference: str) -> None:
        self.conference = conference
        self.device = new_id()
        self._url = url
        self._log = Log(folder / "log.db", FILE_KEY)
        self.workspace = Workspace(
            conference=conference,
            device=self.device,
            label=folder.name,
            log=self._log,
            folder=folder,
            file_key=FILE_KEY,
            now=now,
            new_id=new_id,
        )
        self.staging = Staging(self.workspace)
        self.client = Client(url, "")

    def enrol(self, code: str) -> None:
        """With a one-time code; this laptop may then make conferences."""
        self._enrol("/enrol", {"code": code})

    def join(self, owner: Owner, role: Role) -> None:
        """With what the owner of the conference knows."""
        said = {"owner_email": owner.email, "access_code": owner.access_code, "role": role}
        self._enrol(f"/enrol/{self.conference}", said)

    def _enrol(self, path: str, said: dict[str, Any]) -> None:
        public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        body = {"device": self.device, "label": "laptop", "public_key": b64encode(public).decode(), **said}
        answer = httpx.post(self._url + path, json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        self.client.close()
        self.client = Client(self._url, answer.json()["token"])

    def sync(self) -> Ended | None:
        """One session; None when the server could not be reached."""
        asking = sync(self.workspace, self.staging)
        try:
            request = next(asking)
            while True:
                request = asking.send(self.client.ask(request))
        except StopIteration as stop:
            ended: Ended = stop.value
            return ended
        except Unreachable:
            asking.close()
            return None

    def close(self) -> None:
        self.client.close()
        self.workspace.close()
        self._log.close()


@dataclass
class Placed:
    """An order that the server has acknowledged."""

    key: str
    order: str
    secret: str
    granted: int


class Orders(threading.Thread):
    """A registrant who orders again and again; whoever gets no answer asks again with the same key."""

    def __init__(self, urls: Callable[[int], str], slug: str, *, quantity: int = 1) -> None:
        super().__init__()
        self._urls, self._slug, self._quantity = urls, slug, quantity
        self._stop_now = threading.Event()
        self._http = httpx.Client(timeout=60)
        self.placed: list[Placed] = []
        self.refused: list[str] = []
        self.asked = 0
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            while not self._stop_now.is_set():
                self.place(str(uuid4()))
        except Exception as problem:  # noqa: BLE001 - told by `end`, in the test's own thread
            self.problem = problem
        finally:
            self.close()

    def close(self) -> None:
        self._http.close()

    def end(self) -> None:
        """After the order that is under way has its answer."""
        self._stop_now.set()
        self.join(60)
        assert not self.is_alive()
        assert self.problem is None, repr(self.problem)

    def place(self, key: str) -> None:
        """One order, asked for until there is an answer."""
        self.asked += 1
        body = {
            "lines": [{"seat_type": SEATS, "quantity": self._quantity}],
            "registrant": {"first_name": "Bo", "last_name": "Order", "email": f"{key}@example.org"},
        }
        for attempt in range(1000):
            try:
                answer = self._http.post(
                    f"{self._urls(self.asked + attempt)}/api/v1/conferences/{self._slug}/orders",
                    json=body,
                    headers={"Idempotency-Key": key},
                )
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code == 201:
                shown = answer.json()
                granted = sum(line.get("granted") or 0 for line in shown["order"]["lines"])
                self.placed.append(Placed(key, shown["order"]["order"], shown["secret"], granted))
                return
            if answer.status_code >= 500:
                continue
            self.refused.append(answer.json()["code"])
            return
        raise TimeoutError(key)


class Headless:
    """`lanyard desktop --headless` on a profile, as a process that answers lines of JSON."""

    def __init__(self, profile: Path, url: str) -> None:
        command = [sys.executable, "-m", "desktop", "--headless", "--profile", str(profile), "--server", url]
        given = os.environ | {"LANYARD_PASSPHRASE": "correct horse battery staple"}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def ask(self, do: str, **fields: Any) -> dict[str, Any] | None:
        """The answer; None if the process died before it gave one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(to_json({"do": do, **fields}) + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self._process.stdout.readline()
        return from_json(dict[str, Any], line) if line.endswith(b"\n") else None

    def kill_now(self) -> None:
        self._process.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


def until(is_so: Callable[[], bool], timeout_s: float = 180.0) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
