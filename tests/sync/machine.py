"""Convergence as a state machine: what organizers, door staff and registrants do in a world of bad networks."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.checkin.admission import Action, RecordScan
from shared.checkin.ticket_code import Evidence
from shared.checkin.verdict import Direction, Pass, Seen
from shared.conference.conference import Conference, EditConference
from shared.conference.seat_types import EditSeatType, SeatType
from shared.kernel.decider import Role
from shared.kernel.edits import Edit
from shared.kernel.ids import OrderId, PersonId, SeatTypeId
from shared.registration.assignments import Assignments, AssignSeat
from tests.sync.network import AREA, FREE, PAID, Network


class Machine(Network):
    """Two organizers' laptops and one at the door; roles change."""

    devices = (("bo", Role.ORGANIZER), ("door", Role.DOOR))

    # What people do

    @rule(name=Network.names, field=st.sampled_from(["tagline", "location"]), number=st.integers(0, 3))
    def edit_the_conference(self, name: int, field: str, number: int) -> None:
        conference = self._named(name).workspace.get(Conference)
        if conference is not None:
            edit: Edit[str] = Edit(seen=getattr(conference, field), new=f"{field} {number}")
            is_tagline = field == "tagline"
            self._issue(
                name, EditConference(tagline=edit if is_tagline else None, location=None if is_tagline else edit)
            )

    @rule(name=Network.names, quota=st.integers(0, 8))
    def change_a_quota(self, name: int, quota: int) -> None:
        seat_type = self._named(name).workspace.get(SeatType, FREE)
        if seat_type is not None:
            self._issue(name, EditSeatType(seat_type=FREE, quota=Edit(seen=seat_type.quota, new=quota)))

    @rule(quantity=st.integers(1, 3), seat_type=st.sampled_from([FREE, PAID]))
    def register(self, quantity: int, seat_type: SeatTypeId) -> None:
        self._place(quantity, seat_type)

    @rule(name=Network.names, choice=st.integers(0, 5), attendee=st.integers(1, 3))
    def assign_a_seat(self, name: int, choice: int, attendee: int) -> None:
        confirmed = list(self._named(name).workspace.rows(Assignments))
        if confirmed:
            self._issue(
                name,
                AssignSeat(
                    order=OrderId(confirmed[choice % len(confirmed)]),
                    position=0,
                    attendee=PersonId(f"attendee-{attendee}"),
                    first_name="Bo",
                    last_name=f"Number {attendee}",
                    email=f"bo{attendee}@example.org",
                ),
            )

    @rule(name=Network.names, choice=st.integers(0, 5), direction=st.sampled_from(list(Direction)))
    def scan(self, name: int, choice: int, direction: Direction) -> None:
        desktop = self._named(name)
        passes = list(desktop.workspace.rows(Pass).values())
        given = passes[choice % len(passes)] if passes else None
        seen = Seen(
            area=AREA,
            gate=desktop.folder.name,
            direction=direction,
            evidence=Evidence.GENUINE if given else Evidence.UNREADABLE,
            ticket=None if given is None else given.ticket,
            version=None if given is None else given.version,
            seat_type=None if given is None else given.seat_type,
            scanned_at=self.clock(),
        )
        self.counter += 1
        self._issue(name, RecordScan(scan=f"scan-{self.counter}", seen=seen, action=Action.ADMITTED))
