"""A laptop of the story: `lanyard desktop --headless`, spoken to in lines of JSON. It drives what the screens drive."""

import json
import subprocess
import threading
from typing import Any, Final

from demo.processes import Processes, pipes
from demo.telling import Untrue, until

Answer = dict[str, Any]

_ANSWER_S: Final = 60.0
EVERYTHING: Final = 100_000


class Refused(Untrue):
    """The laptop answered a request with a refusal."""

    def __init__(self, name: str, answer: Answer) -> None:
        super().__init__(f"{name} refused ({answer.get('code')}): {answer.get('message')}")
        self.code = answer.get("code")


class Laptop:
    """One device with a profile of its own."""

    def __init__(self, processes: Processes, name: str, server_url: str) -> None:
        self.name = name
        self.profile = processes.folder / "profiles" / name
        self.device = ""
        self.issued = 0
        """How many commands it took."""
        self._processes = processes
        self._server_url = server_url
        self._process: subprocess.Popen[bytes] = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        words = ("lanyard", "desktop", "--headless", "--profile", str(self.profile), "--server", self._server_url)
        return self._processes.start(f"laptop-{self.name}", *words, environment={}, talks=True)

    def ask(self, do: str, **fields: Any) -> Answer:
        """A request and its answer; Refused where the laptop says no."""
        requests, answers = pipes(self._process)
        watch = threading.Timer(_ANSWER_S, self._process.kill)
        watch.start()
        try:
            requests.write(json.dumps({"do": do, **fields}).encode() + b"\n")
            requests.flush()
            line = answers.readline()
        except BrokenPipeError:
            line = b""
        finally:
            watch.cancel()
        if not line:
            said = self._processes.log_of(f"laptop-{self.name}")
            raise Untrue(f"Laptop {self.name} gave no answer to “{do}”. It said: {said}")
        answer: Answer = json.loads(line)
        if not answer["ok"]:
            raise Refused(f"{self.name}: {do}", answer)
        return answer

    def enrol(self, code: str, label: str) -> None:
        """With an organizer's one-time code."""
        self.device = self.ask("enrol", code=code, label=label)["device"]

    def join(self, *, conference: str, email: str, access_code: str, role: str, label: str) -> None:
        """With what the conference's owner knows."""
        answer = self.ask(
            "enrol_conference",
            conference=conference,
            owner_email=email,
            access_code=access_code,
            role=role,
            label=label,
        )
        self.device = answer["device"]
        self.ask("open", conference=answer["conference"])

    def issue(self, name: str, /, **body: Any) -> Answer:
        """Issue a command; it is on this laptop's disk when this returns."""
        answer = self.ask("issue", name=name, body=body)
        self.issued += 1
        return answer

    def scan(self, code: str, *, area: str, gate: str, direction: str = "entry") -> Answer:
        """Scan a ticket's code."""
        answer = self.ask("scan", code=code, area=area, gate=gate, direction=direction)
        self.issued += 1
        return answer

    def admit_found(self, ticket: str, *, area: str, gate: str) -> Answer:
        """Let in somebody who was found by search."""
        answer = self.ask("scan", ticket=ticket, area=area, gate=gate)
        self.issued += 1
        return answer

    def new_id(self) -> str:
        new: str = self.ask("new_id")["new_id"]
        return new

    def state(self) -> Answer:
        return self.ask("state")

    def sync(self) -> Answer:
        """One session; Untrue if it does not end in step with the server."""
        state = self.ask("sync")
        if state["ended"] != "synced":
            raise Untrue(f"Laptop {self.name} could not sync: {state['ended']} {state['detail']}")
        return state

    def rows(self, view: str) -> dict[str, Any]:
        """All rows of a view, as the user of this laptop sees them."""
        rows: dict[str, Any] = self.ask("rows", view=view, limit=EVERYTHING)["rows"]
        return rows

    def row(self, view: str, id: str = "") -> Any:
        """One row, None if there is none."""
        return next(iter(self.ask("rows", view=view, id=id)["rows"].values()), None)

    def waits(self) -> int:
        """How many commands wait for the server."""
        return len(self.state()["pending"])

    def until_sent(self, within_s: float = 20.0) -> None:
        """Wait until nothing waits for the server."""
        until(f"laptop {self.name} sends what waits", lambda: not self.waits(), within_s=within_s, look_s=0.1)

    def open_again(self, conference: str) -> None:
        """After `quit`, with the same profile."""
        self._process = self._start()
        self.ask("open", conference=conference)

    def quit(self) -> None:
        """Close the profile, as somebody does who shuts the lid."""
        self.ask("quit")
        self._process.wait(_ANSWER_S)
