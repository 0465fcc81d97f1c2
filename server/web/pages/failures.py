"""What a page says when there is nothing to show: a miss, a refusal, too many attempts, a server that is away."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.language import LANGUAGES, Words
from server.store.problems import EnvironmentProblem
from server.web.errors import Problem, status_of
from server.web.pages.forms import check_origin
from server.web.pages.render import choose_language, page, words_for
from shared.kernel.decider import Rejected

_OF_PROGRAMS: Final = ("/api/", "/sync/", "/enrol", "/hooks/", "/static/")
_RETRY_S: Final = 15
Answer = Callable[[Request, Exception], Awaitable[Response]]


class PageRoute(APIRoute):
    """A route that answers people: what goes wrong is a page, too. What can be read can be asked for its head."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **named: Any) -> None:
        super().__init__(path, endpoint, **named)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, which takes a choice of language first and no form from another site."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            chosen = request.query_params.get("lang")
            if request.method == "GET" and chosen in LANGUAGES:
                return choose_language(request, chosen)
            try:
                if request.method == "POST":
                    check_origin(request)
                return await handle(request)
            except (Problem, Rejected) as error:
                headers = error.headers if isinstance(error, Problem) else {}
                return failure(request, error.code, error.values, headers=headers)
            except RequestValidationError:
                return failure(request, "not_found")
            except EnvironmentProblem:
                return failure(request, "unavailable", headers={"Retry-After": str(_RETRY_S)})

        return answer


def failure(
    request: Request,
    code: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The page for a code. Every miss under a conference has the same one, and it leads to finding an order again."""
    _ = words_for(request)
    title, text = _said(code, dict(values or {}), _)
    shown = page(
        request,
        "failure.html",
        status=status_of(code) if status is None else status,
        at=request.url.path,
        title=title,
        text=text,
        code=code,
        slug=request.path_params.get("slug") if code == "unknown_order" else None,
        wait_min=_minutes(headers or {}) if code == "too_many_attempts" else None,
    )
    shown.headers.update(headers or {})
    return shown


def install(app: FastAPI) -> None:
    """Errors outside of the pages' own routes are pages for browsers, and stay problems for programs."""
    for kind, code in ((HTTPException, None), (EnvironmentProblem, "unavailable"), (Exception, "internal_error")):
        app.add_exception_handler(kind, _for_browsers(app.exception_handlers[kind], code))


def _for_browsers(answer: Any, code: str | None) -> Answer:
    async def handle(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if not wants_page or request.url.path.startswith(_OF_PROGRAMS):
            response: Response = await answer(request, error)
            return response
        if isinstance(error, HTTPException):
            known = {404: "not_found", 405: "method_not_allowed", 408: "body_too_slow"}
            return failure(request, known.get(error.status_code, "unreadable"), status=error.status_code)
        assert code is not None, "only HTTPException names its own status"
        return failure(request, code, headers={"Retry-After": str(_RETRY_S)} if code == "unavailable" else None)

    return handle


def _minutes(headers: Mapping[str, str]) -> int:
    return -(-int(headers.get("Retry-After", "60")) // 60)


def _said(code: str, values: dict[str, Any], _: Words) -> tuple[str, str]:
    """The heading and the sentence below it."""
    match code:
        case "unknown_conference":
            return _("There is no such conference"), _(
                "Check the address. The conference may not be published yet, or not any more."
            )
        case "unknown_order":
            return _("This page opens with your own link"), _(
                "We could not open it here. Open the link in our mail to you, or find your order with its number."
            )
        case "link_replaced":
            return _("This link is no longer valid"), _(
                "The seat was given to somebody else, or the details changed. The newest mail has the link that works."
            )
        case "not_found" | "method_not_allowed":
            return _("There is nothing here"), _("Check the address, or start from the list of conferences.")
        case "too_many_attempts":
            return _("Too many attempts"), _("To protect the orders of others, we wait a while. Nothing was changed.")
        case "unavailable":
            return _("We will be right back"), _(
                "The server is being looked after. Your order and your held seats are safe; try again in a moment."
            )
        case "internal_error":
            return _("Something went wrong"), _("The fault is ours, and it was recorded. Try again in a moment.")
        case "form_outdated":
            return _("Please send this form again"), _.sentence(code, values)
        case _:
            return _("This did not work"), _.sentence(code, values)
