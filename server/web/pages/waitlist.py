"""The wait list: joining it for what an order could not have, and the page of an entry with its place and its offer."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from server.links import is_wait_secret, wait_secret
from server.lookup import look_up
from server.web.conferences import space_of
from server.web.errors import Problem, status_of
from server.web.limits import address_of
from server.web.pages.failures import PageRoute
from server.web.pages.forms import Form, check_token, command_id, fields_of, form_id, missing, refused
from server.web.pages.orders import missing_of, read_known
from server.web.pages.render import page, see
from server.web.pages.visits import KEPT_S, AVisit, Visit, missed, open_for, remember, token_for
from server.web.registration import LineBody, Opened
from server.web.services import services_of
from server.web.waitlist import OpenedEntry, WaitBody, entry_now
from server.web.waitlist import join as join_wait_list
from shared.conference.conference import Conference
from shared.kernel.decider import Found, Rejected, key
from shared.kernel.ids import OrderId, derived_id
from shared.registration.seats import SeatsOfType
from shared.registration.waitlist import LeaveWaitList

router: Final = APIRouter(route_class=PageRoute)
_COOKIE: Final = "wait_key"
_FIELDS: Final = ("first_name", "last_name", "email")


@dataclass(frozen=True, slots=True)
class Waiter:
    """Whoever holds the link to an entry."""

    opened: OpenedEntry
    secret: str

    @property
    def path(self) -> str:
        """The entry's page, which is the cookie's path, too."""
        return f"/{self.opened.slug}/waitlist/{self.opened.entry}"


@router.get("/{slug}/orders/{order}/waitlist")
async def join_page(visit: AVisit) -> Response:
    """What the order could not have, and the form to wait for it."""
    return await _join(visit, Form())


@router.post("/{slug}/orders/{order}/waitlist")
async def join(visit: AVisit) -> Response:
    """Wait for what is missing, all of it at once; and on to the entry's page."""
    values, _, opened = await visit.fields(), visit.words, visit.opened
    values = {name: values.get(name, "").strip() for name in _FIELDS} | {"request": values.get("request", "")}
    mistakes = missing(values, {"last_name": _("Enter your last name."), "email": _("Enter your e-mail address.")})
    if mistakes:
        return await _join(visit, Form(values=values, mistakes=mistakes), status=422)
    body = WaitBody(
        lines=[LineBody(seat_type=one, quantity=n) for one, n in missing_of(await opened.row()).items()],
        first_name=values["first_name"],
        last_name=values["last_name"],
        email=values["email"],
        language=_.language,
        order=opened.order,
    )
    at, id = OpenedEntry(opened.services, opened.space, opened.slug, ""), derived_id("form", form_id(values), "wait")
    try:
        entry = await join_wait_list(at, body, id, address=address_of(visit.request))
    except (Rejected, Problem) as error:
        return await _join(visit, refused("", values, error, _), status=status_of(error.code))
    secret = wait_secret(opened.services.secrets.of(opened.space).secret, entry.entry)
    return _open(visit.request, Waiter(entry, secret))


async def waiting(slug: str, entry: str, request: Request) -> Waiter:
    """Whoever shows the entry's key or cookie; Problem for everybody else, whether or not there is such an entry."""
    services = services_of(request)
    space = await space_of(services, slug)
    shown = request.query_params.get("key") or request.cookies.get(_COOKIE)
    if shown is None:
        raise Problem("unknown_order")
    if not is_wait_secret(services.secrets.of(space).secret, entry, shown):
        raise missed(services, request, space)
    return Waiter(OpenedEntry(services, space, slug, entry), shown)


AWaiter = Annotated[Waiter, Depends(waiting)]


@router.get("/{slug}/waitlist/{entry}")
async def entry_page(waiter: AWaiter, request: Request) -> Response:
    """The place in the queue, or the offer; the key of the link becomes a cookie first."""
    if "key" in request.query_params:
        return _open(request, waiter)
    opened = waiter.opened
    entry = await entry_now(opened)
    types = [key(SeatsOfType, line.seat_type) for line in entry.lines]
    found = await opened.services.read(lambda conn: look_up(conn, opened.space, [key(Conference), *types]))
    conference = found.get(Conference)
    assert conference is not None, "a slug is a conference's"
    return page(
        request,
        "waitlist.html",
        slug=opened.slug,
        path=waiter.path,
        conference=conference,
        entry=entry,
        lines=[(_name(found, line.seat_type), line) for line in entry.lines],
        token=token_for(waiter.secret),
        request_id=opened.services.new_id(),
    )


@router.post("/{slug}/waitlist/{entry}/offer")
async def open_offer(waiter: AWaiter, request: Request) -> Response:
    """To the order that was made of the offer, to complete it."""
    check_token(await fields_of(request), token_for(waiter.secret))
    at = waiter.opened
    offer = (await entry_now(at)).offer
    if offer is None:
        return see(waiter.path)
    return open_for(request, Opened(at.services, at.space, at.slug, OrderId(offer.order)), may_change=True)


@router.post("/{slug}/waitlist/{entry}/leave")
async def leave(waiter: AWaiter, request: Request) -> Response:
    """Wait no longer; an open offer goes to the next."""
    values = await fields_of(request)
    check_token(values, token_for(waiter.secret))
    at = waiter.opened
    command = LeaveWaitList(entry=at.entry)
    await at.services.run(at.space, command, command_id=command_id(values, command))
    return see(waiter.path)


@router.get("/{slug}/waitlist/{entry}/{rest:path}")
async def back_to_entry(slug: str, entry: str) -> Response:
    """Where only forms lead to."""
    return see(f"/{slug}/waitlist/{entry}")


async def _join(visit: Visit, form: Form, *, status: int = 200) -> Response:
    if not visit.may_change:
        raise Problem("link_needed")
    opened = visit.opened
    known = await opened.services.read(lambda conn: read_known(conn, opened))
    short = missing_of(known.order)
    if not short:
        return visit.see()
    return page(
        visit.request,
        "waitlist_join.html",
        status=status,
        visit=visit,
        slug=opened.slug,
        conference=known.conference,
        row=known.order,
        missing=[(known.names[one], n) for one, n in short.items()],
        form=form,
        request_id=opened.services.new_id(),
    )


def _open(request: Request, waiter: Waiter) -> Response:
    response = see(waiter.path)
    remember(response, request, name=_COOKIE, value=waiter.secret, path=waiter.path, max_age_s=4 * KEPT_S)
    return response


def _name(found: Found, seat_type: str) -> str:
    known = found.get(SeatsOfType, seat_type)
    return "" if known is None else known.name
