"""Find my order: record locator and e-mail address open it to read it; only the mailed link opens it to change it.

They do not give that link away, but have it mailed once more.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.web.conferences import space_of
from server.web.errors import Problem, status_of
from server.web.order_link import asked
from server.web.pages.failures import PageRoute
from server.web.pages.forms import Form, command_id, fields_of, missing
from server.web.pages.render import page, see, words_for
from server.web.pages.visits import AVisit, open_for
from server.web.registration import Opened, found_order
from server.web.services import services_of
from shared.conference.conference import Conference
from shared.kernel.decider import Rejected, key
from shared.registration.order import SendLink

router: Final = APIRouter(route_class=PageRoute)
_LOCATOR_MOST, _EMAIL_MOST = 20, 254


@router.get("/{slug}/find")
async def find_page(slug: str, request: Request) -> Response:
    """The form to find an order again."""
    return await _shown(slug, request, Form())


@router.post("/{slug}/find")
async def find_order(slug: str, request: Request) -> Response:
    """To the order, read only. Every miss says the same."""
    services, values, _ = services_of(request), await fields_of(request), words_for(request)
    space = await space_of(services, slug)
    mistakes = _missing(values, request)
    if mistakes:
        return await _shown(slug, request, Form(values=values, mistakes=mistakes), status=422)
    try:
        locator, email = _entered(values)
        order, _row = await found_order(request, space, locator=locator, email=email)
    except (Problem, Rejected) as error:
        if error.code != "unknown_order":
            raise
        form = Form(values=values, refusal=_("No order has this number and this e-mail address. Check both."))
        return await _shown(slug, request, form, status=status_of(error.code))
    return open_for(request, Opened(services, space, slug, order), may_change=False)


@router.post("/{slug}/find/link")
async def ask_for_link(slug: str, request: Request) -> Response:
    """Have the link mailed once more. Every miss says the same as a hit."""
    values = await fields_of(request)
    space = await space_of(services_of(request), slug)
    mistakes = _missing(values, request)
    if mistakes:
        return await _shown(slug, request, Form(values=values, mistakes=mistakes), status=422)
    response = see(f"/{slug}/find?notice=link_asked")
    response.background = asked(request, space, slug, *_entered(values))
    return response


@router.post("/{slug}/orders/{order}/link")
async def ask_for_found_link(visit: AVisit) -> Response:
    """Have the link of an order that was found mailed once more."""
    values, command = await visit.reader_fields(), SendLink(order=visit.opened.order)
    await visit.opened.run(command, command_id(values, command))
    return visit.see("link_sent")


def _missing(values: Mapping[str, str], request: Request) -> dict[str, str]:
    _ = words_for(request)
    return missing(
        values,
        {
            "locator": _("Enter the order number, such as {example}.", example="K7QX4M"),
            "email": _("Enter the e-mail address that you ordered with."),
        },
    )


def _entered(values: Mapping[str, str]) -> tuple[str, str]:
    return values["locator"][:_LOCATOR_MOST], values["email"][:_EMAIL_MOST]


async def _shown(slug: str, request: Request, form: Form, *, status: int = 200) -> Response:
    services = services_of(request)
    space = await space_of(services, slug)
    conference = (await services.rows(space, [key(Conference)])).get(Conference)
    assert conference is not None, "a slug is a conference's"
    return page(
        request,
        "find.html",
        status=status,
        at=f"/{slug}/find" if request.method == "POST" else None,
        slug=slug,
        conference=conference,
        form=form,
        notice=request.query_params.get("notice", ""),
    )
