"""What follows from a conference's events: its slug is claimed, its first laptop enrolled, its owner told.

A revoked laptop knows the access code, so the owner gets another one.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.access.access import DeviceRevoked, EnrolDevice
from shared.conference.conference import ClaimSlug, ConferenceCreated, RenewAccessCode, SlugChosen
from shared.kernel.decider import ONLY, Context, Found, Key, Mail, Process, Role, members
from shared.kernel.ids import DeviceId

Event = ConferenceCreated | SlugChosen | DeviceRevoked


def needs(event: Event, found: Found) -> Iterable[Key]:
    return ()


def react(event: Event, found: Found, context: Context) -> Sequence[Any]:
    told = Mail(template="access_code", about=ONLY)
    if isinstance(event, DeviceRevoked):
        return [RenewAccessCode(), told]
    claim = ClaimSlug(slug=event.slug)
    if isinstance(event, SlugChosen):
        return [claim]
    actor = context.actor
    enrol = EnrolDevice(device=DeviceId(actor.id), label=actor.label, role=Role.ORGANIZER)
    return [claim, enrol, told]


process = Process(name="conference", events=members(Event), needs=needs, react=react)
