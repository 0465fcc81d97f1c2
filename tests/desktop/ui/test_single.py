"""One window a profile: a second start brings the first to the front, and ends."""

import os
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.profile import LOG_FILE
from desktop.single import First, raise_first


def test_a_second_start_raises_the_first(tmp_path: Path, qtbot: QtBot) -> None:
    assert not raise_first(tmp_path), "nobody is there"
    first = First(tmp_path)
    with qtbot.waitSignal(first.raised):
        assert raise_first(tmp_path)
    assert not raise_first(tmp_path / "another"), "another profile is another program"
    first.close()
    assert not raise_first(tmp_path)


def test_what_a_killed_program_left_is_in_nobodys_way(tmp_path: Path, qtbot: QtBot) -> None:
    killed = First(tmp_path)
    later = First(tmp_path)
    with qtbot.waitSignal(later.raised):
        assert raise_first(tmp_path)
    killed.close()
    later.close()


def test_a_second_program_ends_at_once(tmp_path: Path, qtbot: QtBot) -> None:
    environment = os.environ | {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "LANYARD_PASSPHRASE": "open sesame",
        "QT_QPA_PLATFORM": "offscreen",
    }
    profile = tmp_path / "profile"
    arguments = [sys.executable, "-m", "desktop", "--profile", str(profile)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(arguments, env=environment, cwd=root, stderr=subprocess.DEVNULL) as process:
        try:
            qtbot.waitUntil((profile / LOG_FILE).exists, timeout=60_000)
            qtbot.waitUntil(lambda: raise_first(profile), timeout=60_000)
            second = subprocess.run(arguments, env=environment, cwd=root, check=False, timeout=60)
            assert second.returncode == 0
            assert process.poll() is None, "the first goes on"
        finally:
            process.kill()
