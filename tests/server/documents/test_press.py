"""What holds for every document: any text, any machine, the same bytes."""

from concurrent.futures import ThreadPoolExecutor

import typst

from server.documents.press import Press, missing_packages, press
from server.documents.tickets import tickets_content
from tests.server.documents.test_tickets import ticket
from tests.server.documents.world import texts


def test_the_packages_to_install_are_named() -> None:
    assert missing_packages({"Noto Sans", "Noto Sans CJK KR"}) == []
    assert missing_packages({"Noto Sans"}) == ["fonts-noto-cjk"]
    assert missing_packages(set()) == ["fonts-noto-core", "fonts-noto-cjk"]


def test_a_machine_without_fonts_still_makes_a_document() -> None:
    bare = Press(typst.Fonts(include_system_fonts=False))
    made = bare.pdf("tickets", tickets_content([ticket(name="Ann Öz 王伟")], "en"), "en")
    assert "Ann Öz" in texts(made)[0]


def test_there_is_one_press_and_threads_may_share_it() -> None:
    assert press() is press()
    tickets = [[ticket(name=f"Attendee {n} {m}") for m in range(3)] for n in range(12)]

    def made(n: int) -> bytes:
        return press().pdf("tickets", tickets_content(tickets[n], "de"), "de")

    with ThreadPoolExecutor(4) as pool:
        at_once = list(pool.map(made, range(12)))
    assert at_once == [made(n) for n in range(12)]
    assert [f"Attendee {n} 2" in texts(one)[2] for n, one in enumerate(at_once)] == [True] * 12


def test_a_page_is_a_picture_too() -> None:
    picture = press().png("tickets", tickets_content([ticket(name="Ann Öz")], "en"), "en")
    assert picture.startswith(b"\x89PNG")
