"""The list of conferences comes in pages that lead to the next, and is not sent twice."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest

from shared.conference.conference import EditConference, UnpublishConference
from shared.kernel.edits import Edit
from tests.server.web.world import World

LIST = "/api/v1/conferences"


def make(world: World, number: int, *, starts_in: int = 0) -> None:
    space = str(UUID(int=100 + number))
    world.make_conference(slug=f"con{number}", space=space)
    if starts_in:
        start = date(2026, 5, 20)
        edit = EditConference(
            starts_on=Edit(seen=start, new=start + timedelta(starts_in)),
            ends_on=Edit(seen=date(2026, 5, 22), new=start + timedelta(starts_in)),
        )
        world.command(edit, space=space)


def following(link: str) -> str:
    found = re.fullmatch(r'<https://lanyard\.example(/[^>]*)>; rel="next"', link)
    assert found, link
    return found[1]


def test_pages_lead_from_one_to_the_next_and_each_conference_comes_once(bare: World) -> None:
    for number, starts_in in enumerate((30, 0, 10, 0, 20)):
        make(bare, number, starts_in=starts_in)
    path, slugs, pages = f"{LIST}?limit=2", [], 0
    while path:
        page = bare.get(path)
        slugs += [one["slug"] for one in page.json()]
        pages += 1
        path = following(page.headers["link"]) if "link" in page.headers else ""
    assert (slugs, pages) == (["con1", "con3", "con2", "con4", "con0"], 3)
    assert "link" not in bare.get(LIST).headers


def test_a_cursor_holds_though_its_conference_is_gone(bare: World) -> None:
    for number in range(3):
        make(bare, number)
    path = following(bare.get(f"{LIST}?limit=2").headers["link"])
    bare.command(UnpublishConference(), space=str(UUID(int=101)))
    assert [one["slug"] for one in bare.get(path).json()] == ["con2"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=%C3%A9", "cursor"),
        ("cursor=W10", "cursor"),
    ],
)
def test_a_bad_page_is_refused_with_its_field(bare: World, query: str, field: str) -> None:
    refused = bare.get(f"{LIST}?{query}")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "invalid_field", field)


def test_who_has_the_list_is_told_so(world: World) -> None:
    tag = world.get(LIST).headers["etag"]
    again = world.client.get(LIST, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    world.command(EditConference(tagline=Edit(seen="", new="Come!")))
    assert world.client.get(LIST, headers={"If-None-Match": tag}).json()[0]["tagline"] == "Come!"
