"""The signed text of a ticket: its bytes are eternal, and no changed one is taken."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from shared.checkin import ticket_code
from shared.checkin.ticket_code import BadgeCode, CodeError, Evidence, TicketCode
from shared.kernel.ids import ConferenceId, PersonId, SeatTypeId, TicketId

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
KEY_ID = ticket_code.key_id(PUBLIC.public_bytes(Encoding.Raw, PublicFormat.Raw))
CONFERENCE = ConferenceId("0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c1")
TICKET = TicketCode(
    conference=CONFERENCE,
    ticket=TicketId("0190a1b2-c3d4-7e5f-8a6b-000000000001"),
    version=3,
    seat_type=SeatTypeId("0190a1b2-c3d4-7e5f-8a6b-000000000002"),
    valid_from=datetime(2026, 5, 4, tzinfo=UTC),
    valid_until=datetime(2026, 5, 7, tzinfo=UTC),
    key_id=KEY_ID,
)
MONDAY = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

# A ticket that was printed once. This text stays readable for ever.
PRINTED = (
    "LANYARD.AEAZBINSYPKH4X4KNN6I3HVPWDAQDEFBWLB5I7S7RJVQAAAAAAAACAADAGIKDM"
    "WD2R7F7CTLAAAAAAAAAJU7PYMANH55MACWI5NKPEWGWK3MHLNQBCFEM4W5CXH6U3A7O45Z"
    "NDAXTM7XHNOB4RGRO2PHLKP22CQZNO5OGXO7TPMBSDA4MYCLRCCUQJQBZU63U7X4KYRAKE"
    "AA"
)


# And a badge.
BO = PersonId("0190a1b2-c3d4-7e5f-8a6b-000000000003")
BADGE = "LANYARD.AIAZBINSYPKH4X4KNN6I3HVPWDAQDEFBWLB5I7S7RJVQAAAAAAAACAADEDDNB6LIKRB3GYNI"


def verify(signature: bytes, message: bytes) -> bool:
    try:
        PUBLIC.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def examined(text: str, at: datetime = MONDAY) -> tuple[Evidence, TicketCode | BadgeCode | None]:
    return ticket_code.examine(text, verify=verify, conference=CONFERENCE, at=at)


def test_the_text_of_a_ticket_never_changes() -> None:
    assert ticket_code.issue(TICKET, KEY.sign) == PRINTED


def test_a_printed_ticket_is_read_for_ever() -> None:
    assert examined(PRINTED) == (Evidence.GENUINE, TICKET)


def test_the_text_fits_the_alphanumeric_mode_of_qr_codes() -> None:
    assert set(PRINTED) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(PRINTED) == 212


@pytest.mark.parametrize("text", [PRINTED.lower(), f"  {PRINTED}\r\n", f"{PRINTED[:50]} {PRINTED[50:]}\t"])
def test_case_and_blanks_do_not_matter(text: str) -> None:
    assert examined(text) == (Evidence.GENUINE, TICKET)


uuids = st.uuids().map(str)
seconds = st.integers(0, 2**32 - 1).map(lambda second: datetime.fromtimestamp(second, UTC))
codes = st.builds(
    TicketCode,
    conference=uuids.map(ConferenceId),
    ticket=uuids.map(TicketId),
    version=st.integers(0, 2**16 - 1),
    seat_type=uuids.map(SeatTypeId),
    valid_from=seconds,
    valid_until=seconds,
    key_id=st.binary(min_size=4, max_size=4),
)


@given(codes)
def test_what_is_packed_is_unpacked(code: TicketCode) -> None:
    assert ticket_code.unpack(ticket_code.pack(code)) == code
    text = ticket_code.issue(code, KEY.sign)
    found = ticket_code.decode(text)
    assert found.code == code
    assert ticket_code.encode(found.signed + found.signature) == text
    assert verify(found.signature, found.signed)


def test_any_flipped_bit_is_refused() -> None:
    content = base64.b32decode(PRINTED.removeprefix(ticket_code.PREFIX) + "====")
    for bit in range(len(content) * 8):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        assert examined(ticket_code.encode(bytes(flipped)))[0] not in (Evidence.GENUINE, Evidence.OUT_OF_TIME)


@given(st.integers(0, len(PRINTED) - 1), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.=ß"))
def test_any_changed_letter_is_refused(place: int, letter: str) -> None:
    changed = PRINTED[:place] + letter + PRINTED[place + 1 :]
    assert changed == PRINTED or examined(changed)[0] not in (Evidence.GENUINE, Evidence.OUT_OF_TIME)


@given(st.text())
def test_any_other_text_is_unreadable(text: str) -> None:
    assert examined(text) == (Evidence.UNREADABLE, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://example.org/LANYARD.", "not_a_ticket"),
        ("", "not_a_ticket"),
        ("LANYARD.", "damaged"),
        ("LANYARD.A", "damaged"),
        ("LANYARD.É", "damaged"),
        (PRINTED[:-1], "damaged"),
        (PRINTED + "A", "damaged"),
        (ticket_code.encode(b"\x00" * 127), "damaged"),
        (ticket_code.encode(b"\x01" * 126), "damaged"),
        (ticket_code.encode(b"\x02" * 44), "damaged"),
        (ticket_code.encode(b"\x03" * 126), "newer_format"),
    ],
)
def test_the_reason_says_why_a_text_is_no_ticket(text: str, reason: str) -> None:
    with pytest.raises(CodeError) as raised:
        ticket_code.decode(text)
    assert raised.value.reason == reason


def test_the_last_letter_has_no_second_spelling() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    readable = [letter for letter in letters if examined(PRINTED[:-1] + letter)[0] == Evidence.GENUINE]
    assert readable == [PRINTED[-1]]


def test_another_conferences_ticket_is_told_from_a_forged_one() -> None:
    elsewhere = ConferenceId(str(UUID(int=7)))
    assert ticket_code.examine(PRINTED, verify=verify, conference=elsewhere, at=MONDAY) == (
        Evidence.OTHER_CONFERENCE,
        TICKET,
    )
    forged = ticket_code.issue(TICKET, Ed25519PrivateKey.from_private_bytes(bytes(32)).sign)
    assert examined(forged) == (Evidence.FORGED, TICKET)


def test_a_ticket_is_valid_from_its_first_to_its_last_second() -> None:
    second = timedelta(seconds=1)
    worth = {
        at: examined(PRINTED, at)[0]
        for at in (
            TICKET.valid_from - second,
            TICKET.valid_from,
            TICKET.valid_until,
            TICKET.valid_until + second,
        )
    }
    assert list(worth.values()) == [Evidence.OUT_OF_TIME, Evidence.GENUINE, Evidence.GENUINE, Evidence.OUT_OF_TIME]


def test_the_text_of_a_badge_never_changes_and_is_read_for_ever() -> None:
    assert ticket_code.badge_code(CONFERENCE, TICKET.ticket, 3, BO) == BADGE
    proof = ticket_code.proof_of(TICKET.ticket, 3, BO)
    said = BadgeCode(conference=CONFERENCE, ticket=TICKET.ticket, version=3, proof=proof)
    assert examined(BADGE.lower()) == (Evidence.BADGE, said)
    assert ticket_code.examine(BADGE, verify=verify, conference=ConferenceId(str(UUID(int=7))), at=MONDAY) == (
        Evidence.OTHER_CONFERENCE,
        said,
    )


def test_a_badge_fits_the_alphanumeric_mode_in_much_less_than_a_ticket() -> None:
    assert set(BADGE) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(BADGE) == 80


@given(uuids.map(TicketId), st.integers(0, 2**16 - 1), uuids.map(PersonId))
def test_a_badge_says_ticket_version_and_the_proof_of_its_attendee(
    ticket: TicketId, version: int, who: PersonId
) -> None:
    _, code = examined(ticket_code.badge_code(CONFERENCE, ticket, version, who))
    proof = ticket_code.proof_of(ticket, version, who)
    assert code == BadgeCode(conference=CONFERENCE, ticket=ticket, version=version, proof=proof)
    assert proof != ticket_code.proof_of(ticket, version + 1, who)
    assert who == BO or proof != ticket_code.proof_of(ticket, version, BO)


def test_a_badge_that_was_cut_is_no_badge_and_a_badge_is_no_ticket() -> None:
    content = base64.b32decode(BADGE.removeprefix(ticket_code.PREFIX))
    assert ticket_code.decode_badge(ticket_code.encode(content)) is not None
    assert ticket_code.decode_badge(ticket_code.encode(content[:-1])) is None
    assert ticket_code.decode_badge(PRINTED) is None
    with pytest.raises(CodeError):
        ticket_code.decode(BADGE)
