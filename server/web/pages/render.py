"""A page: a template in the reader's language, with the headers that every page has.

Nothing is loaded from elsewhere, and nothing on a page runs that is not a file of ours.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.language import LANGUAGES, Words, preferred, words
from server.tickets import full_name
from shared.kernel.money import minor_digits

_FOLDER: Final = Path(__file__).parent.parent
LANGUAGE_COOKIE: Final = "language"
_YEAR_S: Final = 365 * 24 * 3600
LANGUAGE_NAMES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch", "ko": "한국어"}


class _Static(StaticFiles):
    """Files whose addresses name their content: whoever has one need not ask again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200 and scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


static: Final = Mount("/static", _Static(directory=_FOLDER / "static"))


@cache
def static_url(name: str) -> str:
    """The address of a static file; another one when its content is another."""
    content = (_FOLDER / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


_templates: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals |= {"static": static_url, "full_name": full_name, "minor_digits": minor_digits}


def words_for(request: Request) -> Words:
    """The words of whoever reads: the language that they chose, else the one that their browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return words(chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", "")))


def choose_language(request: Request, language: str) -> Response:
    """Back to the same page without `?lang=`, which the cookie replaces."""
    query = URL(str(request.url)).remove_query_params("lang").query
    response = see(_here(request.url.path) + (f"?{query}" if query else ""))
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True, secure=is_secure(request)
    )
    return response


def is_secure(request: Request) -> bool:
    """Whether registrants reach the server by https: then no cookie goes out without."""
    url: str = request.app.state.services.settings.url
    return url.startswith("https:")


def page(
    request: Request, template: str, /, *, status: int = 200, at: str | None = None, posts_to: str = "", **values: Any
) -> Response:
    """A page. `at` is where it can be read again, if not at the request's own address.

    `posts_to` is the origin, other than ours, that a form on it leads to: Chromium applies the policy for forms to
    redirects, too.
    """
    _ = words_for(request)
    query = {name: value for name, value in request.query_params.items() if name not in ("lang", "key")}
    where = _here(at or request.url.path)
    languages = [
        (one, LANGUAGE_NAMES[one], f"{where}?{urlencode(({} if at else query) | {'lang': one})}") for one in LANGUAGES
    ]
    rendered = _templates.get_template(template).render(
        {"_": _, "count": _.count, "language": _.language, "languages": languages, **values}
    )
    return HTMLResponse(rendered, status, _headers(_.language, posts_to))


def see(url: str) -> Response:
    """Go on elsewhere with a GET, so that reading again repeats nothing."""
    return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _here(path: str) -> str:
    """The path as an address: one that begins with two slashes would lead to another site."""
    return "/" + path.lstrip("/")


def origin_of(url: str) -> str:
    """The origin of an address, as a policy names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _headers(language: str, posts_to: str) -> dict[str, str]:
    targets = f"'self' {posts_to}".rstrip()
    return {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        f" img-src 'self'; base-uri 'none'; form-action {targets}; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Content-Language": language,
        "Vary": "Accept-Language, Cookie",
    }
