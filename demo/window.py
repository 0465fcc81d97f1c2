"""`make demo-ui`: the server and the payment processor on the story's data, and the windows of two of its laptops."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from demo.processes import PASSPHRASE, Processes, Server
from demo.story import PLAYED, play, shown
from demo.telling import Telling, Untrue
from demo.world import OWNER_EMAIL, SLUG

_FRESH: Final = timedelta(days=3)  # the tickets are good until a day after the conference
_LAPTOPS: Final = {"A": "the organizer's", "B": "at the north gate"}


def show(folder: Path) -> int:
    """The exit code. Runs until the windows are closed; without a display, until Ctrl-C."""
    if not _is_fresh(folder / PLAYED):
        print("There is no data yet, or it is days old. The story is played first.", flush=True)
        try:
            play(folder, Telling())
        except Untrue as untrue:
            sys.stderr.write(f"\n✗ {untrue}\n")
            return 1
    with Processes(folder) as processes:
        server = Server(processes, folder / "server")
        server.start_processor()
        try:
            server.start()
        except Untrue as untrue:
            sys.stderr.write(f"\n✗ {untrue}\n")
            return 1
        print(f"\nThe server runs at {server.url}, the payment processor at {server.payment_url}.")
        print(f"Registrants: {server.url}/api/v1/conferences/{SLUG}. Mails: {shown(server.data / 'mail')}")
        if not has_display():
            return _without_display(folder, server)
        return _windows(folder, processes, server)


def has_display() -> bool:
    """Whether a window can be opened here."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _windows(folder: Path, processes: Processes, server: Server) -> int:
    started: dict[str, subprocess.Popen[bytes]] = {}
    for name, whose in _LAPTOPS.items():
        profile = str(folder / "profiles" / name)
        words = ("lanyard", "desktop", "--profile", profile, "--server", server.url)
        started[name] = processes.start(f"window-{name}", *words, environment={})
        print(f"Laptop {name}, {whose}, opens.")
    print(f"If a window asks for a passphrase, it is: {PASSPHRASE}")
    print("Everything ends when the windows are closed, or with Ctrl-C.", flush=True)
    codes = {name: one.wait() for name, one in started.items()}
    for name in [name for name, code in codes.items() if code]:
        sys.stderr.write(f"\n✗ The window of laptop {name} failed. It said: {processes.log_of(f'window-{name}')}\n")
    return 1 if any(codes.values()) else 0


def _without_display(folder: Path, server: Server) -> int:
    print("There is no display here, so no window opens. On a machine that has one, and reaches this port")
    print(f"(for instance by ssh -L {server.port}:127.0.0.1:{server.port}), run")
    print(f"    lanyard desktop --server {server.url}")
    print(f"and join the conference {SLUG} with {OWNER_EMAIL} and the access code of the mail to her.")
    print(f"The pictures that the story took are in {shown(folder / 'pictures')}.", flush=True)
    if not sys.stdin.isatty():
        print("Nobody is at a keyboard here to end the server, so it ends now. Run this in a terminal.")
        return 0
    print("Ctrl-C ends the server.", flush=True)
    while server.process is not None and server.process.poll() is None:
        time.sleep(0.2)
    return 1


def _is_fresh(played: Path) -> bool:
    if not played.exists():
        return False
    at = datetime.fromtimestamp(played.stat().st_mtime, UTC)
    return datetime.now(UTC) - at < _FRESH
