"""Two desktops and a server, without a network to go wrong."""

from pathlib import Path

import pytest

from desktop.sync.session import State
from shared.access.access import Device
from shared.conference.conference import (
    Conference,
    EditConference,
    PublishConference,
    SlugState,
)
from shared.kernel.decider import Rejected, Role
from shared.kernel.edits import Edit
from tests.sync.world import CONFERENCE, Clock, Desktop, Server, creation


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(CONFERENCE, Clock(), tmp_path)


def test_a_conference_made_offline_reaches_the_server_whole(server: Server, tmp_path: Path) -> None:
    server.creators.add("laptop")
    laptop = Desktop("laptop", server, tmp_path / "laptop", server.clock)
    laptop.workspace.issue(creation())
    laptop.workspace.issue(EditConference(tagline=Edit(seen="", new="On a train")))
    assert laptop.workspace.is_waiting(Conference)
    laptop.close()
    laptop.open()
    reopened = laptop.workspace.get(Conference)
    assert reopened is not None
    assert reopened.tagline == "On a train"
    ended = laptop.sync()
    assert ended is not None
    assert ended.state is State.SYNCED
    assert not laptop.workspace.pending
    conference = laptop.workspace.get(Conference)
    assert conference is not None
    assert conference.slug_state is SlugState.OURS
    assert conference.ticket_key is not None
    assert laptop.workspace.digests == server.digests(Role.ORGANIZER)
    device = laptop.workspace.get(Device, "laptop")
    assert device is not None
    assert device.role is Role.ORGANIZER
    with pytest.raises(Rejected, match="invalid_field"):
        laptop.workspace.issue(EditConference(name=Edit(seen="Gathering", new="x")))
    laptop.workspace.issue(PublishConference())
    again = laptop.sync()
    assert again is not None
    assert again.pushed == 1
    assert laptop.workspace.digests == server.digests(Role.ORGANIZER)
