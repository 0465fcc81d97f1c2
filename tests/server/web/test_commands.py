"""The server's commands: invite, migrate, and what they say when the machine is not as it must be."""

import email
import subprocess
import sys
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import text

from server.app import utc_now
from server.database import check_ready, make_ready
from server.settings import Settings, kept_secret
from server.store import outbox
from server.store.engine import create_engine_for
from server.store.problems import EnvironmentProblem
from shared.kernel.decider import Mail
from tests.server.gateways.smtp_server import free_port
from tests.server.web.test_enrolment import enrol
from tests.server.web.world import START, RealClock, running


def lanyard(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as somebody at a terminal would."""
    changed = {"LANYARD_DATA_DIR": str(folder)} | environment
    command = [sys.executable, "-m", "server", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=changed)


def test_invite_prints_a_code_and_mails_it_and_the_code_enrols(tmp_path: Path) -> None:
    invited = lanyard(tmp_path, "invite", "ann@example.org")
    assert invited.returncode == 0, invited.stderr
    code = invited.stdout.strip()
    (mail,) = (tmp_path / "mail").glob("*.eml")
    read = email.message_from_bytes(mail.read_bytes(), policy=default)
    assert read["To"] == "ann@example.org"
    text = read.get_body(("plain",))
    assert text is not None
    assert code in text.get_content()
    with running(tmp_path, RealClock()) as world:
        assert enrol(world, code).status_code == 200


def test_invite_says_what_is_no_address(tmp_path: Path) -> None:
    refused = lanyard(tmp_path, "invite", "ann")
    assert (refused.returncode, refused.stdout, refused.stderr.strip()) == (1, "", "Email is not an e-mail address.")


def test_a_database_that_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    refused = lanyard(tmp_path, "migrate", LANYARD_DATABASE_URL="mysql://somewhere")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "Lanyard does not run on mysql. Give it a URL of SQLite or PostgreSQL."


def test_serve_says_that_somebody_else_s_database_must_be_migrated_and_leaves_it_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'theirs.sqlite'}"
    refused = lanyard(tmp_path / "data", "serve", LANYARD_DATABASE_URL=url)
    assert refused.returncode == 1
    assert refused.stderr.strip() == ("The database is not up to date. Make a backup, then run: lanyard migrate")
    assert lanyard(tmp_path / "data", "migrate", LANYARD_DATABASE_URL=url).stdout == "The database is up to date.\n"
    check_ready(create_engine_for(url))


def test_only_the_server_s_user_reads_what_it_keeps(tmp_path: Path) -> None:
    assert lanyard(tmp_path / "data", "invite", "ann@example.org").returncode == 0
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_an_old_or_newer_schema_is_told_in_a_sentence(tmp_path: Path) -> None:
    engine = create_engine_for(f"sqlite:///{tmp_path / 'one.sqlite'}")
    with pytest.raises(EnvironmentProblem, match="lanyard migrate"):
        check_ready(engine)
    for _ in range(2):
        make_ready(engine, START)
    check_ready(engine)
    with engine.begin() as conn:
        assert conn.execute(text("SELECT count(*) FROM histories")).scalar() == 1
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(EnvironmentProblem, match="newer release"):
        check_ready(engine)
    engine.dispose()


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANYARD_PORT", "8123")
    monkeypatch.setenv("LANYARD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LANYARD_PAYMENT_SECRET", "shared")
    settings = Settings()
    assert settings.url == "http://127.0.0.1:8123"
    assert settings.payment_key() == b"shared"
    assert "shared" not in repr(settings)


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "secret.key"
    assert kept_secret(file) == kept_secret(file)
    assert len(file.read_bytes()) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["secret.key"]


def test_mails_that_wait_are_counted_without_saying_for_whom(tmp_path: Path) -> None:
    assert lanyard(tmp_path, "invite", "ann@example.org").returncode == 0
    assert lanyard(tmp_path, "mails").stdout == "No mail waits.\n"
    engine = create_engine_for(Settings(data_dir=tmp_path).database)
    with engine.begin() as conn:
        asked = [(1, Mail(template="order_link", about=one)) for one in ("order-1", "order-2", "order-3")]
        outbox.add(conn, "space", asked, utc_now())
        first, second, _ = outbox.take_due(conn, outbox.Kind.MAIL, utc_now(), 10)
        outbox.give_up(conn, [(first, "recipient_550"), (second, "recipient_550")])
    engine.dispose()
    told = lanyard(tmp_path, "mails")
    assert told.stdout.split() == ["1", "waiting", "order_link", "2", "given", "up", "order_link:", "recipient_550"]
    assert lanyard(tmp_path, "mails", "--retry").stdout == "2 mails will be tried again.\n"
    assert "given up" not in lanyard(tmp_path, "mails").stdout


def test_an_invitation_whose_mail_server_is_away_is_printed_all_the_same(tmp_path: Path) -> None:
    invited = lanyard(
        tmp_path, "invite", "ann@example.org", LANYARD_SMTP_URL=f"smtp://u:secret@127.0.0.1:{free_port()}"
    )
    assert (invited.returncode, len(invited.stdout.strip())) == (1, 23)
    assert invited.stderr.strip() == "The code is good, but its mail could not be sent (connect_SMTPConnectError)."
    wrong = lanyard(tmp_path, "serve", LANYARD_SMTP_URL="smtp://u:secret@mail.example?tls=no")
    assert (wrong.returncode, "LANYARD_SMTP_URL must be like" in wrong.stderr, "secret" in wrong.stderr) == (
        1,
        True,
        False,
    )
