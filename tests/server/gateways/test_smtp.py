"""Mails go to a real SMTP server over TLS, some at a time; what it refuses for good is not tried again."""

import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

import pytest

from server.gateways import smtp
from server.gateways.mail import MailFolder, MailGateway, Unsent
from server.gateways.smtp import Smtp, Tls, smtp_of
from server.letters import address_of, mail_of, write
from server.settings import Settings
from server.store.problems import EnvironmentProblem
from tests.server.gateways.smtp_server import PASSWORD, USER, PostOffice, certificate, free_port, post_office

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("certificate"))


def server(port: int, file: Path, *, password: str = PASSWORD, tls: Tls = Tls.STARTTLS) -> Smtp:
    context = ssl.create_default_context(cafile=str(file))
    return Smtp(host="127.0.0.1", port=port, tls=tls, user=USER, password=password, context=context)


def mail(number: int, to: str = "ann@example.org", heading: str = "PyCon") -> EmailMessage:
    letter = write("invitation", "en", heading, {"server": "https://lanyard.example", "code": "X", "until": NOW.date()})
    return mail_of(
        letter, id=f"mail-{number}", sender="noreply@example.org", to=to, public_url="https://lanyard.example", now=NOW
    )


def sent(gateway: MailGateway, mails: Sequence[EmailMessage]) -> list[tuple[str, bool] | None]:
    """How each ended: None where it was sent, else the code and whether that is final."""
    ends: list[tuple[str, bool] | None] = []
    with gateway.sending() as send:
        for one in mails:
            try:
                send(one)
            except Unsent as problem:
                ends.append((problem.code, problem.is_final))
            else:
                ends.append(None)
    return ends


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_batch_goes_over_one_connection_with_tls_and_a_password(file: Path, tls: Tls) -> None:
    office = PostOffice()
    with post_office(office, file, is_implicit=tls == Tls.IMPLICIT) as port:
        assert sent(server(port, file, tls=tls), [mail(one) for one in range(20)]) == [None] * 20
    assert [str(one["Message-ID"]) for one in office.got] == [f"<mail-{one}@lanyard.example>" for one in range(20)]
    assert len(office.connections) == 1


def test_a_certificate_that_nobody_vouches_for_gets_no_mail_and_no_password(file: Path) -> None:
    office = PostOffice()
    with post_office(office, file) as port:
        (end,) = sent(replace(server(port, file), context=None), [mail(1)])
    assert end is not None
    assert (end[0].startswith("connect_"), end[1], office.got) == (True, False, [])


def test_a_server_without_starttls_gets_nothing_unless_the_settings_say_so(file: Path) -> None:
    from aiosmtpd.controller import Controller

    office = PostOffice()
    plain = Controller(office, hostname="127.0.0.1", port=free_port())
    plain.start()
    try:
        (end,) = sent(replace(server(plain.port, file), user=None, password=None), [mail(1)])
        assert end == ("connect_SMTPException", False)
        assert sent(smtp_of(f"smtp://127.0.0.1:{plain.port}?tls=none"), [mail(1)]) == [None]
    finally:
        plain.stop()
    assert len(office.got) == 1


def test_a_server_that_is_down_or_does_not_know_us_is_asked_once_a_batch(file: Path) -> None:
    nobody = server(free_port(), file)
    assert sent(nobody, [mail(1), mail(2)]) == [("connect_SMTPConnectError", False)] * 2
    with post_office(PostOffice(), file) as port:
        wrong = sent(server(port, file, password="another"), [mail(1), mail(2)])
    assert wrong == [("connect_535", False)] * 2
    assert sent(nobody, []) == []


def test_a_recipient_that_is_refused_for_good_or_for_now_does_not_keep_back_the_others(file: Path) -> None:
    office = PostOffice(
        recipient_answers={
            "gone@example.org": "550 no such user",
            "full@example.org": "452 mailbox full",
        }
    )
    with post_office(office, file) as port:
        ends = sent(server(port, file), [mail(1, "gone@example.org"), mail(2, "full@example.org"), mail(3)])
    assert ends == [("recipient_550", True), ("recipient_452", False), None]
    assert (office.to, len(office.connections)) == (["ann@example.org"], 1)


@pytest.mark.parametrize(("answer", "end"), [("554 looks bad", ("data_554", True)), ("451 later", ("data_451", False))])
def test_a_content_that_is_refused(file: Path, answer: str, end: tuple[str, bool]) -> None:
    with post_office(PostOffice(data_answer=answer), file) as port:
        assert sent(server(port, file), [mail(1)]) == [end]


def test_a_mail_whose_answer_got_lost_is_sent_again_as_the_same_and_the_next_one_goes_at_once(file: Path) -> None:
    office = PostOffice(drops=1)
    with post_office(office, file) as port:
        first, second = sent(server(port, file), [mail(1), mail(2)])
        assert first is not None
        assert (first[1], second) == (False, None)
        assert sent(server(port, file), [mail(1)]) == [None]
    assert [str(one["Message-ID"]) for one in office.got] == [
        "<mail-1@lanyard.example>",
        "<mail-2@lanyard.example>",
        "<mail-1@lanyard.example>",
    ]


def test_an_answer_that_is_late_is_never_taken_for_the_next_mail_s(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "_MAIL_S", 1.0)
    office = PostOffice(silences=1)
    with post_office(office, file) as port:
        assert sent(server(port, file), [mail(1), mail(2)]) == [("TimeoutError", False), None]
    assert [str(one["Message-ID"]) for one in office.got] == ["<mail-2@lanyard.example>"]
    assert len(office.connections) == 2


def test_names_of_any_script_and_length_arrive_and_cannot_add_a_header(file: Path, tmp_path: Path) -> None:
    headings = [
        "Łódź 파이콘 مؤتمر",
        "x\r\nBcc: eve@example.org\r\n\r\nboo\x00",
        "王" * 100,
        '"quoted", <a@b.c>; (comment)',
    ]
    office = PostOffice()
    with post_office(office, file) as port:
        assert sent(server(port, file), [mail(n, heading=one) for n, one in enumerate(headings)]) == [None] * 4
    names = [one["From"].addresses[0].display_name for one in office.got]
    assert [*names[:2], names[3]] == [headings[0], "x Bcc: eve@example.org boo", headings[3]]
    assert names[2].replace(" ", "") == headings[2], "Python's parser reads the joints of a long name as blanks"
    assert [one["Bcc"] for one in office.got] == [None] * 4
    assert office.to == ["ann@example.org"] * 4


def test_addresses_of_every_script_are_sent_to_or_refused_clearly(file: Path, tmp_path: Path) -> None:
    assert address_of("ann@bücher.example") == Address(username="ann", domain="xn--bcher-kva.example")
    assert address_of("ann@straße.example").domain == "xn--strae-oqa.example"
    for one in ("ann@-.example", "ann", "@example.org", "ann@exa mple.org", "ann@a..b", "a\nb@example.org", "a@[1.2]"):
        with pytest.raises(Unsent, match="address_not_possible"):
            address_of(one)
    office = PostOffice()
    mails = [mail(1, "jörg@bücher.example"), mail(2, "o(dd)@example.org")]
    with post_office(office, file) as port:
        assert sent(server(port, file), mails) == [None, None]
    assert office.to == ["jörg@xn--bcher-kva.example", '"o(dd)"@example.org']
    with post_office(office, file, enable_SMTPUTF8=False) as port:
        assert sent(server(port, file), mails) == [("address_not_supported", True), None]
    with MailFolder(tmp_path).sending() as send:
        send(mails[0])
    assert "To: jörg@xn--bcher-kva.example" in (tmp_path / "mail-1.eml").read_text()


def test_settings_name_the_server_and_nobody_sees_the_password() -> None:
    url = "smtp://lanyard:a%20p%40ss%2Fword@mail.example"
    assert smtp_of(url) == Smtp(host="mail.example", port=587, tls=Tls.STARTTLS, user=USER, password=PASSWORD)
    assert (smtp_of(f"{url}?tls=implicit").port, smtp_of(f"{url}:26?tls=none").port) == (465, 26)
    assert PASSWORD not in repr(smtp_of(url))
    assert "p%40ss" not in repr(Settings(smtp_url=url))
    for wrong in ("http://u:secret@x", "smtp://u:secret@x?tls=maybe", "smtp://u:secret@x:port", "smtp:///", "secret"):
        with pytest.raises(EnvironmentProblem) as problem:
            smtp_of(wrong)
        assert "secret" not in str(problem.value)
