"""Somebody with a browser that has no JavaScript: reads pages, fills in their forms, keeps cookies."""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from httpx2 import Response

from tests.server.web.world import World

SITE = "https://lanyard.example"


class _Forms(HTMLParser):
    """The forms of a page: their fields with what stands in them, by address."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given["action"], {}))
        elif tag == "input" and "name" in given:
            self.forms[-1][1][given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area = given["name"]
            self.forms[-1][1][self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        self._area = None if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1][1][self._area] += data


@dataclass
class Visitor:
    """One browser. `page` is what it shows."""

    world: World
    page: Response | None = None

    def open(self, path: str, **headers: str) -> Response:
        """Read a page; our own redirects are followed."""
        self.world.client.base_url = SITE
        return self._follow(self.world.client.get(path, headers=headers, follow_redirects=False))

    def form(self, action: str) -> dict[str, str]:
        """The fields of the page's fullest form that goes to an address ending so."""
        assert self.page is not None
        parser = _Forms()
        parser.feed(self.page.text)
        found = [fields for one, fields in parser.forms if one.endswith(action)]
        assert found, (action, [one for one, _ in parser.forms])
        return max(found, key=len)

    def send(self, action: str, fields: dict[str, str] | None = None, **headers: str) -> Response:
        """Send the form that goes to an address ending so, with these fields changed."""
        assert self.page is not None
        given = self.form(action)
        assert set(fields or {}) <= set(given), given
        paths = [html.unescape(one) for one in re.findall(r'action="([^"]*)"', self.page.text)]
        path = next(one for one in paths if one.endswith(action))
        return self.post(path, given | (fields or {}), **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Response:
        """Send fields to an address."""
        self.world.client.base_url = SITE
        return self._follow(self.world.client.post(path, data=fields, headers=headers, follow_redirects=False))

    def _follow(self, answer: Response) -> Response:
        while answer.status_code == 303 and answer.headers["location"].startswith("/"):
            answer = self.world.client.get(answer.headers["location"], follow_redirects=False)
        if answer.status_code != 303:  # else it goes to another site, and whoever comes back has this page still
            self.page = answer
        return answer

    @property
    def path(self) -> str:
        """Where the browser is."""
        assert self.page is not None
        return urlsplit(str(self.page.url)).path

    @property
    def text(self) -> str:
        """What the page says, in one line."""
        assert self.page is not None
        body = self.page.text.partition("<main")[2].partition("</main>")[0]
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)))

    def forget(self) -> None:
        """Another browser, without cookies."""
        self.world.client.cookies.clear()
