"""Secret links."""

from urllib.parse import parse_qs, urlsplit

from server.links import is_ticket_secret, ticket_link, ticket_secret


def test_a_ticket_s_link_opens_its_own_version_only() -> None:
    link = urlsplit(ticket_link("https://lanyard.example", "pycon", "o1", position=2, version=3, secret=b"s"))
    assert (link.netloc, link.path) == ("lanyard.example", "/pycon/tickets/o1/2")
    (shown,) = parse_qs(link.query)["key"]
    assert len(shown) == 26  # 130 bits
    assert is_ticket_secret(b"s", "o1", shown, position=2, version=3)
    assert not is_ticket_secret(b"s", "o1", shown, position=2, version=4)
    assert not is_ticket_secret(b"s", "o1", shown, position=1, version=3)
    assert not is_ticket_secret(b"s", "o2", shown, position=2, version=3)
    assert not is_ticket_secret(b"other", "o1", shown, position=2, version=3)
    assert not is_ticket_secret(b"s", "o1", "ключ", position=2, version=3)


def test_no_two_seats_share_a_secret() -> None:
    made = {ticket_secret(b"s", order, position=p, version=v) for order in "ab" for p in range(12) for v in range(12)}
    assert len(made) == 2 * 12 * 12
