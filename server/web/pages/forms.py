"""Forms: what was entered, what is wrong with it, and who may send it.

Nothing that somebody typed is lost: a refused form comes back with its values, each message beside its field.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request

from server.language import Words
from server.web.errors import Problem
from server.web.orders import whole
from server.web.services import services_of
from shared.kernel.codec import to_json
from shared.kernel.decider import Rejected
from shared.kernel.ids import derived_id
from shared.kernel.messages import wire_of

_FIELDS_MOST: Final = 300
TOKEN: Final = "token"  # noqa: S105 - the name of a field
REQUEST: Final = "request"
"""The field with the form's own id: sent twice, it is one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as its page shows it. `name` tells it from the page's others; mistakes are messages by field."""

    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    """What is wrong with the whole of it."""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every message with the id of the element that it is about."""
        fields = [(self.at(name), message) for name, message in self.mistakes.items()]
        return [*([(self.at("form"), self.refusal)] if self.refusal else []), *fields]

    def only(self, name: str) -> "Form":
        """This form if it has the name, else a fresh one of that name."""
        return self if self.name == name else Form(name=name)

    def at(self, field_name: str) -> str:
        """The id of a field's element."""
        return f"{self.name}-{field_name}" if self.name else field_name

    def get(self, field_name: str) -> str:
        """What stands in a field."""
        return self.values.get(field_name, "")


async def fields_of(request: Request) -> dict[str, str]:
    """The fields that were sent, each as text. Files are not taken; Rejected for half a character."""
    async with request.form(max_files=0, max_fields=_FIELDS_MOST) as form:
        return {name: whole(value) for name, value in form.items() if isinstance(value, str)}


def refused(name: str, values: Mapping[str, str], error: Rejected | Problem, _: Words) -> Form:
    """The form again with what the rules say: beside the field that they name, if the form has it."""
    at = str(error.values.get("field", "")).rpartition(".")[2]
    message = _.sentence(error.code, error.values)
    if at and at in values:
        return Form(name=name, values=values, mistakes={at: message})
    return Form(name=name, values=values, refusal=message)


def missing(values: Mapping[str, str], required: Mapping[str, str]) -> dict[str, str]:
    """The messages for required fields that are empty, so that all are shown at once; the rules stop at the first."""
    return {name: message for name, message in required.items() if not values.get(name, "").strip()}


def command_id(values: Mapping[str, str], command: Any) -> str:
    """The id of what a form asks for. The same form with the same content is the same request; changed, it is another.

    Problem for a form that is not ours.
    """
    return derived_id("form", form_id(values), wire_of(command).name, to_json(command).decode())


def form_id(values: Mapping[str, str]) -> str:
    """The form's own id; Problem for a form that is not ours."""
    try:
        return str(UUID(values.get(REQUEST, "")))
    except ValueError:
        raise Problem("form_outdated") from None


def check_token(values: Mapping[str, str], wanted: str) -> None:
    """Problem unless the form was made for whoever sends it."""
    if not hmac.compare_digest(values.get(TOKEN, "").encode(), wanted.encode()):
        raise Problem("form_outdated")


def check_origin(request: Request) -> None:
    """Problem for a form that another site sends. Browsers say which site it is, older ones at least its origin.

    `null` is what a page without a referrer, as ours are, sends in older browsers: there the token decides.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Problem("form_outdated")
        return
    origin = request.headers.get("origin", "null")
    ours = {request.headers.get("host", ""), urlsplit(services_of(request).settings.url).netloc}
    if origin != "null" and urlsplit(origin).netloc not in ours:
        raise Problem("form_outdated")
