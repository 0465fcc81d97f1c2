"""A real SMTP server in a thread, with a certificate of its own and whims that a test sets."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER, PASSWORD = "lanyard", "a p@ss/word"


def free_port() -> int:
    """A port that nobody listens on; aiosmtpd wants to know its own beforehand."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class PostOffice:
    """What the server was given, and what it answers."""

    got: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    recipient_answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    drops: int = 0
    """How many mails it keeps and then hangs up on, without an answer."""
    silences: int = 0
    """How many mails it takes and never answers, with the connection open."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipient_answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.connections.add(session.peer)
        if self.silences:
            self.silences -= 1
            await asyncio.Event().wait()
        content = envelope.content
        assert isinstance(content, bytes)
        if self.data_answer.startswith("250"):
            self.got.append(message_from_bytes(content, policy=default))
            self.to += envelope.rcpt_tos
        if self.drops:
            self.drops -= 1
            transport: Any = server.transport
            transport.abort()
        return self.data_answer


def certificate(folder: Path) -> Path:
    """The file of a new key and certificate for 127.0.0.1."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's mail server")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    file = folder / "mail-server.pem"
    key_pem = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(key_pem + made.public_bytes(Encoding.PEM))
    return file


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    wanted = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == wanted, handled=False)


@contextmanager
def post_office(office: PostOffice, file: Path, *, is_implicit: bool = False, **ways: Any) -> Iterator[int]:
    """The port of a server with STARTTLS, or with TLS from the start, that wants a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    if is_implicit:
        ways |= {"ssl_context": context, "auth_require_tls": False}  # it does not see the TLS around it
    else:
        ways |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    controller = Controller(office, hostname="127.0.0.1", port=free_port(), authenticator=authenticate, **ways)
    controller.start()
    try:
        yield controller.port
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(), controller.loop).result()
        controller.stop()


async def _hang_up() -> None:
    """End every connection; aiosmtpd would leave them open, and Python warn of them some time later."""
    loop: Any = asyncio.get_running_loop()
    for one in list(loop._transports.values()):
        one.abort()
    for _ in range(3):
        await asyncio.sleep(0)
