"""The mails that wait after the first minute of a sale: how long it takes until the last of them is a file."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.figures import Aim, Figure
from bench.places import Place
from bench.venue import STANDARD, Venue, confirmed_order, id_of
from server.gateways.mail import MailFolder
from server.mails import Mails
from server.outbox import Outbox
from server.store.outbox import Kind
from shared.kernel.ids import OrderId, PersonId
from shared.registration.order import PlaceOrder
from shared.registration.pricing import Wanted

_CONFIRMED: Final = 5
"""Of so many mails, one is a confirmation; the others have the links of orders."""
_RATIO_MOST: Final = 100


def measure(place: Place) -> Iterator[Figure]:
    """By the server's outbox and the embedded gateway, which writes files."""
    venue, mails = Venue(*place.new_data()), place.sizes.mails
    folder = venue.settings.mail_dir
    outbox = Outbox(
        venue.engine,
        Kind.MAIL,
        Mails(
            venue.engine,
            MailFolder(folder),
            secrets=venue.secrets,
            sender=venue.settings.mail_sender,
            public_url=venue.settings.url,
        ).send,
        clock=lambda: datetime.now(UTC),
    )
    _written(outbox)  # what the conference itself asked for
    before = {one.name for one in folder.iterdir()}
    confirmed = mails // _CONFIRMED
    venue.run(*(named_order(number) for number in range(mails - confirmed)))
    venue.run(*(one for number in range(confirmed) for one in confirmed_order(number)))
    took = _written(outbox)
    files = [one for one in sorted(folder.iterdir()) if one.name not in before]
    yield Figure(
        name=f"{mails:,} waiting mails written",
        on=place.name,
        measured=took,
        unit="s",
        yardstick=_copied(files, venue.data / "copies"),
        yardstick_name="the same files written",
        aim=Aim(bound=_RATIO_MOST, at_least=False, of_ratio=True),
    )
    venue.close()


def named_order(number: int) -> PlaceOrder:
    """An order whose link is mailed."""
    return PlaceOrder(
        order=OrderId(id_of("named", number)),
        lines=(Wanted(seat_type=STANDARD, quantity=1),),
        registrant=PersonId(id_of("named registrant", number)),
        first_name="Robin",
        last_name=f"Registrant {number}",
        email=f"named-{number}@example.org",
    )


def _written(outbox: Outbox) -> float:
    started = time.perf_counter()
    while outbox.run_due():
        pass
    return time.perf_counter() - started


def _copied(files: list[Path], folder: Path) -> float:
    """How long it takes to write files of this content, each whole or not at all, as the gateway does."""
    contents = [(one.name, one.read_bytes()) for one in files]
    started = time.perf_counter()
    folder.mkdir()
    for name, content in contents:
        part = folder / f".{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)
    return time.perf_counter() - started
