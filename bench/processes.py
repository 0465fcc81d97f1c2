"""Server processes to measure: the real `lanyard serve`, or the same stack with one empty route."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

_START_S: Final = 30.0
_STOP_S: Final = 20.0
_ROOT: Final = Path(__file__).parent.parent


@contextmanager
def serving(data: Path, database_url: str | None, *, module: str = "server") -> Iterator[int]:
    """A server on this data folder, ready; the value is its port."""
    port = _free_port()
    environment = os.environ | {"LANYARD_DATA_DIR": str(data), "LANYARD_PORT": str(port)}
    # All the clients are at one address.
    environment |= {"LANYARD_HELD_SEATS_PER_ADDRESS": "0", "LANYARD_ORDERS_PER_ADDRESS": "0"}
    if database_url is not None:
        environment["LANYARD_DATABASE_URL"] = database_url
    arguments = ["serve"] if module == "server" else []
    log_file = data / f"server-{port}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], cwd=_ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            _wait(process, port, log_file)
            yield port
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_STOP_S)
            finally:
                process.kill()


def _wait(process: "subprocess.Popen[bytes]", port: int, log_file: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {log_file.read_text()[-2000:]}")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
