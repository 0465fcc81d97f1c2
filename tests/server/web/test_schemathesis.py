"""The public API asked everything that its OpenAPI file allows, and more: no 5xx, and no answer that it does not name.

Each request comes from another address, so that no limit ends the series. What no generator can guess is put in the
place of what it made up: most requests name a conference, an order and a seat type that there are, with the secret.
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

import server
from server.links import ticket_secret
from shared.conference.conference import EditConference
from shared.conference.seat_types import AddSeatType, EditSeatType
from shared.discounts.discount import DefineDiscount
from shared.kernel.edits import Edit
from shared.kernel.ids import SeatTypeId
from tests.server.web.world import ANN, DINNER, FREE, FULL, SPACE, Clock, World, running

FILE: Final = Path(server.__file__).parents[1] / "docs" / "openapi.json"
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    missing_required_header,
    negative_data_rejection,
    unsupported_method,
]
BOUNDED: Final = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ENDS: Final = ("/cancellation", "/confirmation", "/invoice", "/payments")
SCARCE: Final = SeatTypeId(str(UUID(int=5)))
# Hypothesis looks whether the state of `random` changed while it drew; the server's threads use it at that time.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module:hypothesis.errors.HypothesisWarning")
SOMETIMES: Final = 5
"""One of so many requests is sent as it was made up."""

# What is wrong with a request may be said in any of these ways.
REFUSED: Final = [400, 403, 404, 405, 409, 410, 422, 429]
CONFIG: Final = SchemathesisConfig.from_dict(
    {"seed": 1, "checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}}
)
schema = schemathesis.openapi.from_dict(json.loads(FILE.read_bytes()), config=CONFIG)


@dataclass
class Asked:
    """A server, and what is known of it; orders made meanwhile are learnt."""

    world: World
    clients: Iterator[int] = field(default_factory=itertools.count)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    secrets: dict[str, str] = field(default_factory=dict)
    """Of orders and entries of the wait list, by id."""
    reserved: str = ""
    confirmed: str = ""
    """An order whose seat 0 somebody has."""
    waiting: str = ""
    is_used: bool = False

    def renew(self) -> None:
        """Make new ones, in the place of those that were given up."""
        self.is_used = False
        self.secrets.clear()
        order, secret = self.world.place({FULL: 1, DINNER: 1}, ANN)
        self.reserved = order.rpartition("/")[2]
        self.secrets[self.reserved] = secret
        order, secret = self.world.place({FREE: 3}, ANN)
        self.confirmed = order.rpartition("/")[2]
        self.secrets[self.confirmed] = secret
        assert self.world.post(f"{order}/confirmation", secret=secret).status_code == 200
        assert self.world.put(f"{order}/seats/0", ANN, secret).status_code == 200
        body = {"lines": [{"seat_type": SCARCE, "quantity": 1}], **ANN}
        joined = self.world.post("/api/v1/conferences/pycon/waitlist", body).json()
        self.waiting = joined["entry"]["entry"]
        self.secrets[self.waiting] = joined["secret"]

    def send(self, case: Case[Any]) -> Response:
        """The answer; its secret is kept."""
        number = next(self.clients)
        given = case.as_transport_kwargs(base_url="http://testserver")
        given.pop("cookies", None)  # there are none
        if "data" in given:
            given["content"] = given.pop("data")
        given["headers"]["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        response = self.world.client.request(**given)
        if response.status_code == 201 and "secret" in response.json():
            made = response.json()
            self.secrets[made["order"]["order"] if "order" in made else made["entry"]["entry"]] = made["secret"]
        path = case.operation.path
        is_given_up = response.status_code == 200 and (case.method == "DELETE" or path.endswith(ENDS))
        if is_given_up and self.reserved in self.secrets:
            self.is_used = True
        return Response.from_any(response)

    def aim(self, case: Case[Any]) -> None:
        """Put what there is in the place of what was made up."""
        if self.is_used:
            self.renew()
        number = next(self.numbers)
        if number % SOMETIMES == 0:
            return
        path = case.path_parameters
        if "slug" in path:
            path["slug"] = "pycon"
        if "order" in path and path["order"] not in self.secrets:
            path["order"] = self.confirmed if self._needs_seats(case, number) else self.reserved
        if "entry" in path and path["entry"] not in self.secrets:
            path["entry"] = self.waiting
        if "/tickets/{order}" in case.operation.path:
            path |= {"order": self.confirmed, "position": 0}
        if isinstance(case.body, dict):
            case.body = real(case.body)

    def _needs_seats(self, case: Case[Any], number: int) -> bool:
        return any(one in case.operation.path for one in ("/seats", "/tickets", "/invoice")) or number % 3 == 0

    def prove(self, case: Case[Any]) -> None:
        """Show the secret of what is asked for, and a new key, where any were to be shown."""
        path, key = case.path_parameters, case.headers.get("Idempotency-Key")
        if key is not None and key.count("-") == 4:
            case.headers["Idempotency-Key"] = str(UUID(int=next(self.clients) + 2**64))
        secret = self.secrets.get(path.get("order") or path.get("entry") or "")
        if "/tickets/{order}" in case.operation.path:
            own = self.world.services.secrets.of(SPACE).secret
            secret = ticket_secret(own, self.confirmed, position=0, version=1)
        if secret is not None and "Authorization" in case.headers:
            case.headers["Authorization"] = f"Bearer {secret}"


def real(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with seat types that there are."""
    changed = dict(body)
    if isinstance(body.get("lines"), list):
        types = itertools.cycle((FULL, DINNER, FREE))
        changed["lines"] = [one | {"seat_type": next(types)} for one in body["lines"] if isinstance(one, dict)]
    return changed


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A server with a conference that sells in every way, some orders, and somebody who waits."""
    folder = tmp_path_factory.mktemp("schemathesis")
    with running(folder, Clock(), held_seats_per_address=0, orders_per_address=0) as world:
        world.client._transport.client = ("127.0.0.1", 1)  # type: ignore[attr-defined] # the proxy that is trusted
        world.make_conference()
        world.command(DefineDiscount(code="EARLY10", percentage=10_00))
        world.command(
            EditConference(
                invoice_prefix=Edit(seen="", new="PYC-"),
                invoice_from=Edit(seen="", new="PyCon e.V."),
                cancel_days=Edit(seen=-1, new=1),
            )
        )
        for seat_type, quota in ((FULL, 10), (DINNER, 2), (FREE, 5)):
            world.command(EditSeatType(seat_type=seat_type, quota=Edit(seen=quota, new=100_000)))
        world.command(AddSeatType(seat_type=SCARCE, name="Workshop", quota=1, price=80_00))
        world.place({SCARCE: 1}, ANN)
        made = Asked(world)
        made.renew()
        yield made


@schema.parametrize()
@BOUNDED
def test_every_operation_answers_as_the_file_says(case: Case[Any], asked: Asked) -> None:
    asked.aim(case)
    asked.prove(case)
    case.validate_response(asked.send(case), checks=checks_of(case))


def checks_of(case: Case[Any]) -> list[Any]:
    """Two answers are meant as they are: without a secret it is 404 as with a wrong one, for all misses are alike; and
    GET /enrol is the page of a conference that there cannot be.
    """
    meant = set()
    if "Authorization" not in case.headers:
        meant.add(missing_required_header)
    if case.operation.path == "/enrol":
        meant.add(unsupported_method)
    return [one for one in CHECKS if one not in meant]


Machine = schema.as_state_machine()


class Registrant(Machine):  # type: ignore[misc, valid-type] # it is made at run time
    """Follows the links of the file: what was made is asked for, changed and taken back, in every order."""

    asked: Asked

    def setup(self) -> None:
        """Every chain begins alike: what one does depends on none before it."""
        self.asked.numbers = itertools.count()
        self.asked.renew()

    def call(self, case: Case[Any], **_: Any) -> Response:
        self.asked.aim(case)
        self.asked.prove(case)
        return self.asked.send(case)

    def validate_response(self, response: Response, case: Case[Any], *_: Any, **__: Any) -> None:
        case.validate_response(response, checks=checks_of(case))


def test_every_chain_of_operations_answers_as_the_file_says(asked: Asked) -> None:
    class Here(Registrant):
        pass

    Here.asked = asked
    Here.run(settings=settings(BOUNDED, max_examples=15, stateful_step_count=10))
