"""The story's processes: the server, the payment processor and the laptops, each real, each ended with the story.

No port is fixed: a free one is asked of the system each time.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, Self

from demo.telling import Untrue

ROOT: Final = Path(__file__).parent.parent
PASSPHRASE: Final = "a passphrase for the demo"
_START_S: Final = 60.0
_STOP_S: Final = 10.0
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


class Processes:
    """Everything that was started here; leaving the `with` ends it, whatever happened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._logs = folder / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with undisturbed():
            self._end()

    def _end(self) -> None:
        for process in self._running:
            with contextlib.suppress(OSError):
                process.terminate()
        for process in self._running:
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def start(
        self, name: str, *arguments: str, environment: dict[str, str], talks: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a module of the project with this interpreter; what it says on stderr goes into a log of its name."""
        pipe = subprocess.PIPE if talks else subprocess.DEVNULL
        with undisturbed(), (self._logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=_environment(environment),
                stdin=pipe,
                stdout=pipe,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the story alone, which then ends the others
            )
            self._running.append(process)
        return process

    def output_of(self, name: str, *arguments: str, environment: dict[str, str]) -> str:
        """What a command prints; Untrue if it fails."""
        process = self.start(name, *arguments, environment=environment, talks=True)
        printed, _ = process.communicate(timeout=_START_S)
        if process.returncode:
            raise Untrue(f"`{' '.join(arguments)}` ended with {process.returncode}: {self.log_of(name)}")
        return printed.decode().strip()

    def log_of(self, name: str) -> str:
        """The end of what a process said."""
        return (self._logs / f"{name}.log").read_text(errors="replace")[-600:]


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Put off Ctrl-C and SIGTERM: a process that was started is always written down, and always ended."""
    asked: list[int] = []
    before = {one: signal.signal(one, lambda number, _: asked.append(number)) for one in _ENDINGS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    if asked:
        raise KeyboardInterrupt


class Server:
    """`lanyard serve` on the embedded defaults, and the local payment processor beside it."""

    def __init__(self, processes: Processes, data: Path) -> None:
        self._processes = processes
        self.data = data
        self.port, self.payment_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.payment_url = f"http://127.0.0.1:{self.payment_port}"
        self._environment = {
            "LANYARD_DATA_DIR": str(data),
            "LANYARD_PORT": str(self.port),
            "LANYARD_PAYMENT_URL": self.payment_url,
            # All the registrants are at one address.
            "LANYARD_HELD_SEATS_PER_ADDRESS": "0",
            "LANYARD_ORDERS_PER_ADDRESS": "0",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server; it is up when this returns."""
        process = self.process = self._processes.start("server", "lanyard", "serve", environment=self._environment)
        wait_for(f"{self.url}/api/v1/conferences", "server", process, self._processes)

    def start_processor(self) -> None:
        """Start the payment processor, not waited for: nobody pays yet."""
        port = str(self.payment_port)
        self._processes.start("processor", "server.gateways.processor", "--port", port, environment=self._environment)

    def invite(self, email: str) -> str:
        """A one-time code for somebody who may create conferences."""
        return self._processes.output_of("invite", "lanyard", "invite", email, environment=self._environment)

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing flushed."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


def wait_for(url: str, name: str, process: subprocess.Popen[bytes], processes: Processes) -> None:
    """Wait until something answers at this address; Untrue if the process ends before."""
    give_up = time.monotonic() + _START_S
    while True:
        if process.poll() is not None or time.monotonic() > give_up:
            raise Untrue(f"The {name} did not start. It said: {processes.log_of(name)}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return  # whatever the answer, it is one
        except OSError:
            time.sleep(0.05)


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _environment(more: dict[str, str]) -> dict[str, str]:
    """This environment without settings of the user's own Lanyard. The OS keyring is left alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LANYARD_")}
    return kept | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "LANYARD_PASSPHRASE": PASSPHRASE} | more


def pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """What a process that talks reads and writes."""
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
