"""The demo's own promise: the whole story once, and an end with 0 only if every claim held."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.processes import ROOT
from demo.telling import Telling, Untrue

_STORY_S = 300


def test_the_story_is_played_to_its_end_and_all_it_claims_holds(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--data", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_STORY_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "claims were checked, and all held" in done.stdout
    assert "✗" not in done.stdout + done.stderr
    assert len(done.stdout.splitlines()) < 100
    assert list((folder / "server" / "mail").glob("*.eml"))
    assert left_running(folder) == []


def test_a_demo_that_is_interrupted_leaves_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    words = [sys.executable, "-m", "demo", "--data", str(folder)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as story:
        assert story.stdout is not None
        for line in story.stdout:
            if "`lanyard serve`" in line:  # server, processor and laptops run
                break
        story.send_signal(signal.SIGINT)
        _, said = story.communicate(timeout=_STORY_S)
    assert story.returncode == 130
    assert "every process of the demo was ended" in said
    assert left_running(folder) == []


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("important")
    words = [sys.executable, "-m", "demo", "--data", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=_STORY_S, check=False)
    assert done.returncode == 1
    assert "is not empty, and not from an earlier demo" in done.stderr
    assert mine.read_text() == "important"


def test_a_claim_that_does_not_hold_ends_the_story_with_a_sentence() -> None:
    told = Telling(io.StringIO())
    told.claim(True, "Two and two are four.")
    with pytest.raises(Untrue, match=r"“Two and two are five\.” Found: 4"):
        told.claim(False, "Two and two are five.", 4)
    assert told.claims == 1


def left_running(folder: Path) -> list[str]:
    """The command lines of processes that work on this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in words:
            found.append(words[:200].decode(errors="replace"))
    return found
