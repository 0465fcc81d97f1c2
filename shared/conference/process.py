"""What follows from a conference's own events: its slug is claimed, its first laptop enrolled, its owner told."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.access.access import EnrolDevice
from shared.conference.conference import ClaimSlug, ConferenceCreated, SlugChosen
from shared.kernel.decider import ONLY, Context, Found, Key, Mail, Process, Role
from shared.kernel.ids import DeviceId


def needs(event: ConferenceCreated | SlugChosen, found: Found) -> Iterable[Key]:
    return ()


def react(event: ConferenceCreated | SlugChosen, found: Found, context: Context) -> Sequence[Any]:
    claim = ClaimSlug(slug=event.slug)
    if isinstance(event, SlugChosen):
        return [claim]
    actor = context.actor
    enrol = EnrolDevice(device=DeviceId(actor.id), label=actor.label, role=Role.ORGANIZER)
    return [claim, enrol, Mail(template="access_code", about=ONLY)]


process = Process(name="conference", events=(ConferenceCreated, SlugChosen), needs=needs, react=react)
