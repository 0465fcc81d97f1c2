"""The headless face as a real process, alone and with a real server."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LANYARD = [sys.executable, str(ROOT / "lanyard.py")]
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
WAIT_S = 30
EDIT = "conference.edit_conference"


@dataclass
class Headless:
    """A running process."""

    process: "subprocess.Popen[bytes]"

    def __call__(self, do: str, **fields: Any) -> dict[str, Any]:
        """The answer to a request."""
        return self.send(json.dumps({"do": do, **fields}).encode())

    def send(self, line: bytes) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def ok(self, do: str, **fields: Any) -> dict[str, Any]:
        answer = self(do, **fields)
        assert answer["ok"], answer
        return answer

    def until_settled(self) -> dict[str, Any]:
        """Wait for the worker to have nothing left to send."""
        end = monotonic() + WAIT_S
        while (state := self.ok("state"))["pending"]:
            assert monotonic() < end
            sleep(0.02)
        return state


@contextmanager
def headless(profile: Path, *arguments: str, passphrase: str = "open sesame") -> Iterator[Headless]:
    environment = {**os.environ, **NO_KEYRING, "LANYARD_PASSPHRASE": passphrase}
    with subprocess.Popen(
        [*LANYARD, "desktop", "--headless", "--profile", str(profile), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        try:
            yield Headless(process)
        finally:
            process.kill()


def creation(owner: str) -> dict[str, Any]:
    return {
        "name": "conference.create_conference",
        "body": {
            "owner": owner,
            "owner_name": "Ada Example",
            "owner_email": "ada@example.org",
            "name": "Gathering",
            "slug": "gathering",
            "starts_on": "2027-05-01",
            "ends_on": "2027-05-03",
        },
    }


def edit(field: str, seen: str, new: str) -> dict[str, Any]:
    return {"name": EDIT, "body": {field: {"seen": seen, "new": new}}}


def made_conference(desktop: Headless) -> str:
    conference: str = desktop.ok("new_conference_id")["conference"]
    desktop.ok("open", conference=conference)
    desktop.ok("issue", **creation(desktop.ok("new_id")["new_id"]))
    return conference


# Alone


def test_a_conference_is_made_and_read_without_a_network(tmp_path: Path) -> None:
    with headless(tmp_path) as desktop:
        conference = made_conference(desktop)
        issued = desktop.ok("issue", **edit("tagline", "", "On a train"))
        assert issued["standing"] == "waiting"
        assert [one["name"] for one in issued["events"]] == ["conference.conference_edited"]
        found = desktop.ok("rows", view="conference.conferences", id="")
        assert found["rows"][""]["tagline"] == "On a train"
        assert found["waiting"] == [""]
        assert desktop.ok("rows", view="conference.conferences", limit=0)["rows"] == {}
        assert desktop.ok("rows", view="conference.seat_types", id="none")["rows"] == {}
        assert desktop.ok("rows", view="checkin.passes", search="lodz")["rows"] == {}
        state = desktop.ok("state")
        assert [one["name"] for one in state["pending"]] == ["conference.create_conference", EDIT]
        assert (state["connection"]["line"], state["is_online"], state["role"]) == ("alone", False, "organizer")
        assert [one["seq"] for one in desktop.ok("activity")["activity"]] == [2, 1]
        assert desktop.ok("conferences")["conferences"][0]["conference"] == conference
        assert desktop.ok("quit") == {"ok": True}
        assert desktop.process.wait(WAIT_S) == 0


def test_what_is_wrong_is_answered_with_a_code_and_a_sentence(tmp_path: Path) -> None:
    with headless(tmp_path) as desktop:
        for line, code in (
            (b"nonsense", "unreadable"),
            (b"[]", "invalid"),
            (b"{}", "invalid"),
            (b'{"do": "fly"}', "unknown_request"),
            (b'{"do": "state"}', "no_conference"),
            (b'{"do": "state", "conference": "x"}', "unknown_conference"),
            (b'{"do": "open", "conference": "x"}', "unknown_conference"),
            (b'{"do": "enrol", "code": "ABC"}', "unreachable"),
        ):
            answer = desktop.send(line)
            assert (answer["ok"], answer["code"]) == (False, code)
            assert len(answer["message"]) > 10
        made_conference(desktop)
        for fields, code in (
            (edit("name", "Gathering", "x"), "invalid_field"),
            ({"name": "conference.fly"}, "unknown_message"),
            ({"name": "conference.conference_edited", "body": {"by": "x"}}, "unknown_message"),
            ({"name": EDIT, "body": {"tagline": 5}}, "invalid"),
        ):
            assert desktop("issue", **fields)["code"] == code
        assert desktop("rows", view="nothing")["code"] == "unknown_view"
        assert desktop("rows", view="conference.owners", limit="x")["code"] == "invalid"
        assert desktop("drop", command_id="x")["code"] == "no_problem"
        assert desktop("deliver", file=str(tmp_path / "nothing"))["code"] == "environment"
        assert len(desktop.ok("state")["pending"]) == 1


def test_the_end_of_the_requests_ends_the_process(tmp_path: Path) -> None:
    with headless(tmp_path) as desktop:
        assert desktop.process.stdin is not None
        desktop.process.stdin.write(b"\n")
        desktop.process.stdin.close()
        assert desktop.process.wait(WAIT_S) == 0


@pytest.mark.parametrize(("passphrase", "sentence"), [("open barley", b"not the passphrase"), ("", b"passphrase")])
def test_a_wrong_passphrase_ends_it_with_a_sentence(tmp_path: Path, passphrase: str, sentence: bytes) -> None:
    with headless(tmp_path) as desktop:
        desktop.ok("conferences")
    with headless(tmp_path, passphrase=passphrase) as desktop:
        out, err = desktop.process.communicate(timeout=WAIT_S)
        assert (desktop.process.returncode, out) == (1, b"")
        assert sentence in err
        assert b"Traceback" not in err


def test_a_second_one_on_the_same_profile_is_refused(tmp_path: Path) -> None:
    with headless(tmp_path) as desktop:
        desktop.ok("conferences")
        with headless(tmp_path) as second:
            _, err = second.process.communicate(timeout=WAIT_S)
            assert second.process.returncode == 1
            assert b"already running" in err


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    text = ""
    conference = ""
    for turn in range(3):
        with headless(tmp_path) as desktop:
            if not turn:
                conference = made_conference(desktop)
            desktop.ok("open", conference=conference)
            for number in range(5):
                desktop.ok("issue", **edit("tagline", text, f"{turn}.{number}"))
                text = f"{turn}.{number}"
            assert desktop.process.stdin is not None
            # One more, in whose midst it is killed.
            desktop.process.stdin.write(json.dumps({"do": "issue", **edit("location", "", "Here")}).encode() + b"\n")
            desktop.process.stdin.flush()
            desktop.process.send_signal(signal.SIGKILL)
            desktop.process.wait(WAIT_S)
    with headless(tmp_path) as desktop:
        desktop.ok("open", conference=conference)
        assert desktop.ok("rows", view="conference.conferences")["rows"][""]["tagline"] == "2.4"
        pending = desktop.ok("state")["pending"]
        assert 16 <= len(pending) <= 19
        assert len({one["command_id"] for one in pending}) == len(pending)


# With a server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a running server, and the environment of its commands."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "LANYARD_DATA_DIR": str(tmp_path_factory.mktemp("server")), "LANYARD_PORT": str(port)}
    with subprocess.Popen([*LANYARD, "serve"], env=environment, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        url = f"http://127.0.0.1:{port}"
        end = monotonic() + WAIT_S
        while not _answers(url):
            assert monotonic() < end
            sleep(0.05)
        yield url, environment
        process.terminate()
        process.wait(WAIT_S)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/sync/x/changes", timeout=5)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def test_two_devices_a_conflict_and_a_queue_on_a_stick(server: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    url, environment = server
    invited = subprocess.run([*LANYARD, "invite", "ada@example.org"], env=environment, capture_output=True, check=True)
    code = re.search(r"(\w{5}-){3}\w{5}", invited.stdout.decode())
    assert code is not None
    with headless(tmp_path / "a", "--server", url) as ann, headless(tmp_path / "b", "--server", url) as bo:
        assert ann("enrol", code="WRONG")["code"] == "enrolment_failed"
        assert ann.ok("enrol", code=code[0], label="Ann's laptop")["may_create"]
        conference = made_conference(ann)
        assert ann.ok("sync")["ended"] == "synced"
        access_code = ann.ok("rows", view="conference.owners")["rows"][""]["access_code"]
        asked = {"conference": "gathering", "owner_email": "ada@example.org", "access_code": access_code}
        assert bo("enrol_conference", **asked, role="registrant")["code"] == "invalid_field"
        assert bo("enrol_conference", **asked, role="pilot")["code"] == "invalid"
        assert bo.ok("enrol_conference", **asked, role="organizer", label="Bo")["conference"] == conference
        bo.ok("open", conference=conference)
        assert bo.ok("sync")["connection"]["line"] == "server"

        # Both change the tagline, offline.
        ann.ok("issue", **edit("tagline", "", "Ann's"))
        refused = bo.ok("issue", **edit("tagline", "", "Bo's"))["command_id"]
        ann.ok("go_online")
        ann.until_settled()
        bo.ok("go_online")
        state = bo.until_settled()
        (problem,) = state["problems"]
        assert (problem["command_id"], problem["code"], problem["is_settled"]) == (refused, "changed_meanwhile", True)
        assert problem["values"]["fields"]["tagline"]["theirs"] == "Ann's"
        assert bo.ok("rows", view="conference.conferences")["rows"][""]["tagline"] == "Ann's"
        bo.ok("reapply", command_id=refused)
        assert not bo.until_settled()["problems"]
        assert bo.ok("rows", view="conference.conferences")["rows"][""]["tagline"] == "Bo's"
        bo.ok("go_offline")
        assert bo.ok("state")["connection"]["detail"] == "stopped"

        # What is refused may be dropped.
        ann.ok("go_offline")
        ann.ok("sync")
        ann.ok("issue", **edit("location", "", "Łódź"))
        bo.ok("issue", **edit("location", "", "Bonn"))
        ann.ok("sync")
        (problem,) = bo.ok("sync")["problems"]
        bo.ok("drop", command_id=problem["command_id"])
        assert not bo.ok("state")["problems"]

        # Bo's queue travels on a stick, and Ann delivers it.
        bo.ok("issue", **edit("links", "", "https://example.org"))
        stick = str(tmp_path / "queue.json")
        assert bo.ok("export_queue", file=stick)["commands"] == 1
        assert ann.ok("deliver", file=stick) == {"ok": True, "commands": 1, "conference": conference}
        assert not bo.ok("sync")["pending"]
        state = ann.ok("sync")
        assert state["digests"] == bo.ok("state")["digests"]
        assert ann.ok("rows", view="conference.conferences")["rows"][""]["links"] == "https://example.org"

        # A code that is none of this conference is turned away, and the scan is kept.
        area = ann.ok("new_id")["new_id"]
        full = ann.ok("new_id")["new_id"]
        seats = {"seat_type": full, "name": "Full", "quota": 5, "price": 0}
        ann.ok("issue", name="conference.add_seat_type", body=seats)
        ann.ok("issue", name="checkin.define_area", body={"area": area, "name": "Main", "seat_types": [full]})
        scanned = ann.ok("scan", area=area, gate="West", direction="entry", code="nonsense")
        assert (scanned["verdict"]["finding"], scanned["action"]) == ("unreadable", "turned_away")
        found = ann.ok("scan", area=area, gate="West", ticket=ann.ok("new_id")["new_id"], override="Known to all")
        assert (found["verdict"]["finding"], found["action"]) == ("unknown", "overridden")
        assert ann("scan", area=area, gate="West", code="x", direction="up")["code"] == "invalid"
        assert not ann.ok("sync")["problems"]

        assert ann.ok("state")["notices"] == []
        ann.ok("read_notice", id=1)
