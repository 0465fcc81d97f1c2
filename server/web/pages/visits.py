"""Who looks at an order. A cookie says it, which the mailed link sets: to change it with the order's own secret, only
to read it with another one, which locator and e-mail address give.
"""

import base64
import hmac
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from server.language import Words
from server.links import is_order_secret, order_secret
from server.web.conferences import space_of
from server.web.errors import Problem
from server.web.orders import nfc
from server.web.pages.forms import check_token, fields_of
from server.web.pages.render import is_secure, see, words_for
from server.web.registration import Opened
from server.web.services import Services, services_of
from shared.kernel.ids import OrderId, derive

KEY_COOKIE: Final = "order_key"
VIEW_COOKIE: Final = "order_view"
KEPT_S: Final = 7 * 24 * 3600
_LENGTH: Final = 26  # characters of five bits


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at an order's page. `secret` is what their cookie holds."""

    request: Request
    opened: Opened
    secret: str
    may_change: bool

    @property
    def path(self) -> str:
        """The order's page."""
        return order_path(self.opened.slug, self.opened.order)

    @property
    def words(self) -> Words:
        """The reader's."""
        return words_for(self.request)

    @property
    def token(self) -> str:
        """What a form made for this visitor holds."""
        return token_for(self.secret)

    def see(self, notice: str = "", anchor: str = "") -> Response:
        """Go on to the order's page, which says what was done."""
        return see(self.path + (f"?notice={notice}" if notice else "") + (f"#{anchor}" if anchor else ""))

    async def fields(self) -> dict[str, str]:
        """The fields of a form that was made for this visitor, who may change the order; Problem otherwise."""
        if not self.may_change:
            raise Problem("link_needed")
        return await self.reader_fields()

    async def reader_fields(self) -> dict[str, str]:
        """The fields of a form that was made for this visitor, who may see the order; Problem otherwise."""
        fields = await fields_of(self.request)
        check_token(fields, self.token)
        return fields


def order_path(slug: str, order: str) -> str:
    """The path of an order's page, which is its cookies', too."""
    return f"/{slug}/orders/{order}"


def view_secret(secret: bytes, order: str) -> str:
    """What opens an order to read it only."""
    return base64.b32encode(derive(secret, "order view", order))[:_LENGTH].decode()


def token_for(secret: str) -> str:
    """What a form for the holder of a cookie holds. Nobody else can make it, and it does not give the cookie away."""
    return base64.b32encode(derive(secret.encode(), "form"))[:_LENGTH].decode()


def remember(response: Response, request: Request, *, name: str, value: str, path: str, max_age_s: int) -> None:
    """Set a cookie that no script reads and no other site sends along with a form."""
    response.set_cookie(
        name, value, max_age=max_age_s, path=path, httponly=True, samesite="lax", secure=is_secure(request)
    )


def open_for(request: Request, opened: Opened, *, may_change: bool) -> Response:
    """Go on to the order's page with the cookie that opens it."""
    secret = opened.services.secrets.of(opened.space).secret
    path = order_path(opened.slug, opened.order)
    response = see(path)
    make, name = (order_secret, KEY_COOKIE) if may_change else (view_secret, VIEW_COOKIE)
    remember(response, request, name=name, value=make(secret, opened.order), path=path, max_age_s=KEPT_S)
    return response


async def at_order(slug: str, order: str, request: Request) -> Opened:
    """The order of the path, opened for nobody yet. Nothing of it is read: every miss costs the same."""
    services = services_of(request)
    return Opened(services, await space_of(services, slug), slug, OrderId(nfc(order)))


def visit_of(request: Request, opened: Opened) -> Visit:
    """Whoever holds a cookie of this order; Problem for everybody else, whether or not there is such an order."""
    secret = opened.services.secrets.of(opened.space).secret
    key, view = request.cookies.get(KEY_COOKIE), request.cookies.get(VIEW_COOKIE)
    if key is None and view is None:
        raise Problem("unknown_order")
    if key is not None and is_order_secret(secret, opened.order, key):
        return Visit(request, opened, key, may_change=True)
    if view is not None and hmac.compare_digest(view_secret(secret, opened.order).encode(), view.encode()):
        return Visit(request, opened, view, may_change=False)
    raise missed(opened.services, request, opened.space)


def missed(services: Services, request: Request, space: str) -> Problem:
    """The problem of a wrong guess, which is counted."""
    services.attempts.wrong_secret(request, space)
    return Problem("unknown_order")


async def visiting(slug: str, order: str, request: Request) -> Visit:
    """Whoever looks at the order of the path; Problem for whoever may not."""
    return visit_of(request, await at_order(slug, order, request))


AVisit = Annotated[Visit, Depends(visiting)]
