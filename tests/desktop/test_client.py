"""The server over real sockets, which cut, hang and lie. Whatever goes wrong below HTTP is `Unreachable`."""

import random
import ssl
import threading
from collections.abc import Iterator

import pytest
import zstandard

from desktop.sync.client import Client, Patience
from desktop.sync.link import Denied, Unreachable
from desktop.sync.session import Request, Response
from shared.kernel.codec import from_json, to_json
from shared.sync.protocol import START, Checkpoint, Code, Page, Problem
from tests.desktop.fakes import Asked, Reply, SocketServer, event_stream, http

SHORT = Patience(connect_s=1, answer_s=0.1, feed_s=0.1)
PAGE = Page(
    history="history-1",
    after=0,
    upto=7,
    role="door-1",
    views={},
    rows=[],
    outcomes=[],
    digests={},
    hash="0f",
)
AT = Checkpoint("history-1", 7, "0f", "door-1")
GET = Request(method="GET", path="/sync/conference-1/changes", headers={"Last-Event-ID": str(START)})


def change(page: Page) -> bytes:
    return b"event: change\nid: " + str(AT).encode() + b"\ndata: " + to_json(page) + b"\n\n"


class Served:
    """A server whose reply can be changed, and a client of it."""

    def __init__(self) -> None:
        self.reply = Reply(http(b"{}"))
        self.server = SocketServer(self.answer)

    def answer(self, _: Asked) -> Reply:
        return self.reply

    def client(self, patience: Patience = SHORT) -> Client:
        return Client(self.server.url, "token-1", patience=patience)


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    with served.server.running():
        yield served


def test_a_request_carries_token_headers_and_body(served: Served) -> None:
    client = served.client()
    request = Request(method="POST", path="/sync/c/commands", headers={"Content-Type": "application/json"}, body=b"[1]")
    assert client.ask(request) == Response(200, b"{}")
    client.ask(GET)
    client.close()
    post, get = served.server.asked
    assert (post.method, post.path, post.body) == ("POST", "/sync/c/commands", b"[1]")
    assert post.headers["authorization"] == "Bearer token-1"
    assert (get.path, get.headers["last-event-id"]) == (GET.path, str(START))
    assert "zstd" in get.headers["accept-encoding"]


def test_a_device_without_a_token_shows_none(served: Served) -> None:
    client = Client(served.server.url, "", patience=SHORT)
    client.ask(GET)
    client.close()
    assert "authorization" not in served.server.asked[0].headers


def test_packed_pages_are_unpacked(served: Served) -> None:
    body = to_json(PAGE)
    served.reply = Reply(http(zstandard.ZstdCompressor().compress(body), Content_Encoding="zstd"))
    client = served.client()
    assert client.ask(GET).body == body
    client.close()


def test_a_connection_that_is_cut_at_any_byte_is_unreachable(served: Served) -> None:
    body = to_json({"text": "x" * 2000})
    raw = http(zstandard.ZstdCompressor().compress(body), Content_Encoding="zstd")
    client = served.client()
    places = {0, 1, len(raw) - 1, *random.Random(5).sample(range(len(raw)), 30)}
    for cut in places:
        served.reply = Reply(raw, cut=cut)
        with pytest.raises(Unreachable, match="cannot be reached"):
            client.ask(GET)
    served.reply = Reply(raw)
    assert client.ask(GET).body == body
    client.close()


@pytest.mark.parametrize("cut", [0, 20, 60])
def test_a_server_that_falls_silent_is_unreachable(served: Served, cut: int) -> None:
    served.reply = Reply(http(b"{}" * 100), cut=cut, hang=True)
    client = served.client()
    with pytest.raises(Unreachable):
        client.ask(GET)
    client.close()


def test_what_is_no_http_is_unreachable(served: Served) -> None:
    served.reply = Reply(b"SSH-2.0-OpenSSH_9.2\r\n")
    client = served.client()
    with pytest.raises(Unreachable):
        client.ask(GET)
    client.close()


def test_a_server_that_is_not_there_is_unreachable() -> None:
    for url in ("http://127.0.0.1:9", "http://127.0.0.1:9:9", "http://nowhere.invalid"):
        with pytest.raises(Unreachable):
            Client(url, "", patience=SHORT).ask(GET)


def test_an_error_status_is_an_answer(served: Served) -> None:
    served.reply = Reply(http(b"busy", 503))
    client = served.client()
    assert client.ask(GET) == Response(503, b"busy")
    client.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(served: Served) -> None:
    """The server here speaks no TLS at all; with the usual context and with a given one there is no way around it."""
    url = served.server.url.replace("http:", "https:")
    for tls in (None, ssl.create_default_context()):
        client = Client(url, "token-1", patience=SHORT, tls=tls)
        with pytest.raises(Unreachable):
            client.ask(GET)
        client.close()
    assert not served.server.asked


# The feed


def test_the_feed_gives_pages_and_ends_when_closed(served: Served) -> None:
    events = (
        b": still here\n\n",
        change(PAGE),
        b"event: later\ndata: {}\n\n",
        b'event: closed\ndata: {"code":"x"}\n\n',
    )
    served.reply = Reply(event_stream(*events, change(PAGE)))
    client = served.client()
    assert list(client.feed("conference-1", AT)) == [PAGE]
    client.close()
    asked = served.server.asked[0]
    assert (asked.path, asked.headers["last-event-id"]) == ("/sync/conference-1/changes", str(AT))
    assert asked.headers["accept"] == "text/event-stream"


def test_text_in_a_page_may_have_line_separators(served: Served) -> None:
    page = from_json(Page, to_json(PAGE).replace(b"door-1", "a\u2028b\u0085c".encode()))
    served.reply = Reply(event_stream(change(page)))
    client = served.client()
    assert list(client.feed("conference-1", AT)) == [page]
    client.close()


def test_a_feed_that_breaks_in_the_middle_of_a_page_gives_none_of_it(served: Served) -> None:
    client = served.client()
    half = change(PAGE)[:60]
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    served.reply = Reply(chunked + b"%x\r\n" % len(half) + half)
    with pytest.raises(Unreachable):
        list(client.feed("conference-1", AT))
    served.reply = Reply(event_stream(half))
    assert list(client.feed("conference-1", AT)) == []
    client.close()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(event_stream(b": still here\n\n"), hang=True),
        Reply(event_stream(b"event: change\ndata: {}\n\n")),
        Reply(http(b"<html>Welcome to the hotel</html>", Content_Type="text/html")),
    ],
    ids=["silent", "unreadable", "captive"],
)
def test_a_feed_that_is_none_is_unreachable(served: Served, reply: Reply) -> None:
    served.reply = reply
    client = served.client()
    with pytest.raises(Unreachable):
        list(client.feed("conference-1", AT))
    client.close()


def test_a_feed_that_cannot_be_opened_is_unreachable(served: Served) -> None:
    served.reply = Reply(b"", cut=0)
    client = served.client()
    with pytest.raises(Unreachable):
        client.feed("conference-1", AT)
    client.close()


def test_a_feed_that_the_server_refuses_says_why(served: Served) -> None:
    client = served.client()
    problem = Problem(code=Code.ROLE_CHANGED, title="", status=409)
    for raw, code in ((http(to_json(problem), 409), "role_changed"), (http(b"no", 500), "unexpected_answer")):
        served.reply = Reply(raw)
        with pytest.raises(Denied) as refused:
            client.feed("conference-1", AT)
        assert refused.value.code == code
    client.close()


def test_a_feed_is_ended_from_another_thread(served: Served) -> None:
    served.reply = Reply(event_stream(change(PAGE)), hang=True)
    client = served.client(Patience(feed_s=60))
    feed = client.feed("conference-1", AT)
    pages = iter(feed)
    assert next(pages) == PAGE
    timer = threading.Timer(0.01, feed.close)
    timer.start()
    assert list(pages) == []
    timer.join()
    feed.close()
    client.close()
