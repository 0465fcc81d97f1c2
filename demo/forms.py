"""A browser without a window or JavaScript: reads the registrants' pages, fills in their forms, keeps cookies."""

import html
import re
from html.parser import HTMLParser
from typing import Final

import httpx

from demo.telling import Untrue

_TIMEOUT_S: Final = 30.0


class FormReader(HTMLParser):
    """The forms of a page: each one's address, and its fields with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given["action"], {}))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1][1][given["name"]] = given.get("value", "")


class Pages:
    """Somebody who reads pages; the newest one is open."""

    def __init__(self, server_url: str) -> None:
        self._client = httpx.Client(base_url=server_url, timeout=_TIMEOUT_S, trust_env=False)
        self._page, self._at = "", ""

    def close(self) -> None:
        self._client.close()

    def open(self, path: str) -> None:
        """Read a page."""
        self._take(self._client.get(path, follow_redirects=True))

    def send(self, action: str, **fields: str) -> None:
        """Send the form whose address ends so, with these fields changed, and read where it leads to."""
        path, given = self._form(action)
        self._take(self._client.post(path, data=given | fields, follow_redirects=True))

    def leave_by(self, action: str) -> str:
        """Send a form that leads to another site; the address there."""
        path, given = self._form(action)
        answer = self._client.post(path, data=given)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise Untrue(f"{path} led nowhere: {answer.status_code}")
        return str(answer.headers["location"])

    @property
    def text(self) -> str:
        """What the page says, in one line."""
        main = self._page.partition("<main")[2].partition("</main>")[0]
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main)))

    @property
    def path(self) -> str:
        """Where the page is."""
        return self._at

    def _form(self, action: str) -> tuple[str, dict[str, str]]:
        reader = FormReader()
        reader.feed(self._page)
        found = [(path, fields) for path, fields in reader.forms if path.endswith(action)]
        if not found:
            raise Untrue(f"The page has no form for {action}. It says: {self.text[:300]}")
        return found[0]

    def _take(self, answer: httpx.Response) -> None:
        self._page, self._at = answer.text, answer.url.path
        if answer.is_error:
            raise Untrue(f"{answer.url.path} was answered with {answer.status_code}: {self.text[:300]}")
