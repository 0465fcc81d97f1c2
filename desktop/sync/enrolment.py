"""Enrolment: how a server comes to know this device, and this device its token.

A device repeats a request whose answer was lost by proving with its key that it is the same.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from desktop.profile import Membership, Profile
from desktop.sync.link import Denied, denied
from desktop.sync.session import Request, Response
from shared.kernel.codec import Undecodable, from_json, to_json
from shared.kernel.decider import Role
from shared.kernel.messages import value

T = TypeVar("T")

Ask = Callable[[Request], Response]


@value
class _Enrolled:
    token: str | None
    may_create: bool


@value
class _EnrolledHere(_Enrolled):
    conference: str
    role: Role


def enrol(profile: Profile, ask: Ask, *, code: str) -> None:
    """Enrol with a one-time code; this device may then create conferences. Raises Denied and Unreachable."""
    answer = _post(_Enrolled, profile, ask, "/enrol", code, {"code": code})
    profile.enrolled(token=answer.token, may_create=answer.may_create)


def join(profile: Profile, ask: Ask, *, conference: str, owner_email: str, access_code: str, role: Role) -> Membership:
    """Enrol in a conference, named by its address (slug) or id. Raises Denied and Unreachable."""
    said = {"owner_email": owner_email, "access_code": access_code, "role": role}
    answer = _post(_EnrolledHere, profile, ask, f"/enrol/{quote(conference, safe='')}", access_code, said)
    profile.enrolled(token=answer.token, may_create=answer.may_create)
    membership = profile.membership(answer.conference) or Membership(conference=answer.conference, role=answer.role)
    profile.remember(membership)
    return membership


def _post(kind: type[T], profile: Profile, ask: Ask, path: str, code: str, said: dict[str, Any]) -> T:
    device = profile.identity.device
    body = {
        "device": device,
        "label": profile.identity.label,
        "public_key": profile.public_key,
        "proof": profile.sign(f"lanyard enrol\n{device}\n{code}".encode()),
        **said,
    }
    request = Request(method="POST", path=path, headers={"Content-Type": "application/json"}, body=to_json(body))
    response = ask(request)
    if response.status != HTTPStatus.OK:
        raise denied(response)
    try:
        return from_json(kind, response.body)
    except Undecodable:
        raise Denied("unexpected_answer", {"status": response.status}) from None
