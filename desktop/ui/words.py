"""The system's terms as a person reads them: names, amounts, times, commands, outcomes."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale

from desktop.store.files import EnvironmentProblem
from desktop.store.log import Logged, Notice
from desktop.ui.edits import edits_of
from desktop.ui.translation import QT_TRANSLATE_NOOP
from desktop.workspace import Workspace
from shared import sentences
from shared.access.access import Device
from shared.checkin.areas import Area
from shared.checkin.correction import CorrectAttendee
from shared.checkin.verdict import Pass, Seen
from shared.conference.conference import CANCEL_NEVER, Conference
from shared.conference.seat_types import SeatType
from shared.kernel.codec import Undecodable
from shared.kernel.decider import Role
from shared.kernel.money import minor_digits
from shared.kernel.personal import PersonalText
from shared.registration.allotments import LeaseAllotment
from shared.registration.door_sale import RecordDoorSale, RecordTillCount
from shared.registration.receipts import Method

_CONTEXT: Final = "words"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def say(text: str, **values: object) -> str:
    """A text in the user's language, with its values."""
    translated = QCoreApplication.translate(_CONTEXT, text)
    return translated.format(**values) if values else translated


def plural(number: int, one: str, many: str) -> str:
    """`1 seat` or `2 seats`, the number grouped. A translation that wants it elsewhere than before says where: {n}."""
    text = QCoreApplication.translate(_CONTEXT, one if number == 1 else many)
    return text.format(n=count(number)) if "{n}" in text else f"{count(number)} {text}"


def inside(name: str) -> str:
    """A name of something as it stands within a sentence: small, but where nouns have capitals."""
    return name if QLocale().language() is QLocale.Language.German else name.lower()


def sentence(code: str, values: Mapping[str, Any] | None = None) -> str:
    """What a refusal means, in the user's language."""
    return sentences.sentence(code, values, lambda text: QCoreApplication.translate(_CONTEXT, text))


def problem(error: Exception) -> str:
    """What is in the way, in the user's language; the system says its own errors itself, and ours are in the log."""
    if isinstance(error, EnvironmentProblem):
        return say(error.text, **error.values)
    if not isinstance(error, OSError):
        return say("Something went wrong in Lanyard.")
    return ": ".join(str(part) for part in (error.strerror, error.filename) if part) or str(error)


def count(number: int) -> str:
    return QLocale().toString(number)


def personal(text: PersonalText) -> str:
    """A personal text, or that it was erased."""
    return text if isinstance(text, str) else say("(erased)")


def full_name(first: PersonalText, last: PersonalText) -> str:
    if not isinstance(first, str) or not isinstance(last, str):
        return say("(erased)")
    return " ".join(part for part in (first, last) if part)


def holder(row: Pass) -> str:
    """Who has a ticket."""
    return say("Not assigned") if row.attendee is None else full_name(row.first_name, row.last_name)


def seat(row: Pass) -> str:
    """The order and the number of a ticket's seat in it, as they can be searched for."""
    return f"{row.locator or '–'} · {row.position + 1}"


def bearer(row: Pass, version: int | None) -> str:
    """Whose the code of this version was, as far as this device knows; None is no code, but somebody found by search.

    With each new holder a seat gets a new version, so that the name of now is not the one of then.
    """
    if version is None or version == row.version:
        return holder(row)
    if version > row.version:
        return say("Newer ticket, holder not known here yet")
    return (
        say("Earlier ticket") if row.attendee is None else say("Earlier ticket, seat now of {name}", name=holder(row))
    )


def money(amount: int, currency: str) -> str:
    digits = minor_digits(currency)
    return f"{QLocale().toString(float(Decimal(amount).scaleb(-digits)), 'f', digits)} {currency}"


def signed_money(amount: int, currency: str) -> str:
    """A difference, with its sign."""
    sign = "+" if amount > 0 else "−" if amount < 0 else "±"
    return f"{sign}{money(abs(amount), currency)}"


def day(when: date) -> str:
    return QLocale().toString(QDate(when.year, when.month, when.day), QLocale.FormatType.ShortFormat)


def long_days(starts: date, ends: date) -> str:
    """The days of a conference."""
    if starts == ends:
        form = say("d MMMM yyyy")
    elif starts.year != ends.year:
        form = say("d MMMM yyyy – d MMMM yyyy")
    else:
        form = say("d MMMM – d MMMM yyyy") if starts.month != ends.month else say("d – d MMMM yyyy")
    days = (QDate(one.year, one.month, one.day) for one in (starts, ends))
    return " – ".join(QLocale().toString(one, part) for one, part in zip(days, form.split(" – "), strict=False))


def clock(when: datetime) -> str:
    """A time of day here, with the date where it is another day."""
    here = QDateTime.fromSecsSinceEpoch(int(when.timestamp()))
    return QLocale().toString(here.time(), "HH:mm:ss")


def moment(when: datetime) -> str:
    here = QDateTime.fromSecsSinceEpoch(int(when.timestamp()))
    return (
        f"{QLocale().toString(here.date(), QLocale.FormatType.ShortFormat)} {QLocale().toString(here.time(), 'HH:mm')}"
    )


def short_moment(when: datetime) -> str:
    """The time of day today, the date before."""
    here = QDateTime.fromSecsSinceEpoch(int(when.timestamp()))
    if here.date() == QDate.currentDate():
        return QLocale().toString(here.time(), "HH:mm")
    return QLocale().toString(here.date(), QLocale.FormatType.ShortFormat)


def age(span: timedelta) -> str:
    """How old something is, in the coarsest unit that says enough."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < _MINUTE_S:
        return say("less than a minute")
    if seconds < _HOUR_S:
        return plural(seconds // _MINUTE_S, "minute", "minutes")
    if seconds < _DAY_S:
        return plural(seconds // _HOUR_S, "hour", "hours")
    return plural(seconds // _DAY_S, "day", "days")


def device(workspace: Workspace, id: str) -> str:
    """What the organizer calls a device."""
    if id == workspace.device:
        return say("this device")
    known = workspace.get(Device, id)
    return known.label if known is not None and known.label else id


def area(workspace: Workspace, id: str) -> str:
    known = workspace.get(Area, id)
    return id if known is None else known.name


def seat_type(workspace: Workspace, id: str | None) -> str:
    known = None if id is None else workspace.get(SeatType, id)
    return say("Unknown ticket type") if known is None else known.name


def method(which: Method) -> str:
    """How money came."""
    return {
        Method.PROVIDER: say("Online payment"),
        Method.TRANSFER: say("Bank transfer"),
        Method.CASH: say("Cash"),
        Method.TERMINAL: say("Card"),
    }[which]


def role(which: Role) -> str:
    return say("Organizer") if which is Role.ORGANIZER else say("Door staff")


FIELDS: Final[Mapping[str, str]] = {
    "name": QT_TRANSLATE_NOOP("words", "Name"),
    "tagline": QT_TRANSLATE_NOOP("words", "Tagline"),
    "description": QT_TRANSLATE_NOOP("words", "Description"),
    "location": QT_TRANSLATE_NOOP("words", "Location"),
    "time_zone": QT_TRANSLATE_NOOP("words", "Time zone"),
    "starts_on": QT_TRANSLATE_NOOP("words", "First day"),
    "ends_on": QT_TRANSLATE_NOOP("words", "Last day"),
    "links": QT_TRANSLATE_NOOP("words", "Contact links"),
    "hold_s": QT_TRANSLATE_NOOP("words", "Hold time"),
    "seats_per_order": QT_TRANSLATE_NOOP("words", "Seats per order"),
    "offer_s": QT_TRANSLATE_NOOP("words", "Wait-list offers hold"),
    "cancel_days": QT_TRANSLATE_NOOP("words", "Cancellation by registrants"),
    "invoice_prefix": QT_TRANSLATE_NOOP("words", "Invoice numbers begin with"),
    "invoice_days": QT_TRANSLATE_NOOP("words", "Invoices are due after"),
    "invoice_from": QT_TRANSLATE_NOOP("words", "Invoices come from"),
    "quota": QT_TRANSLATE_NOOP("words", "Quota"),
    "price": QT_TRANSLATE_NOOP("words", "Price"),
    "email": QT_TRANSLATE_NOOP("words", "E-mail"),
    "seat_types": QT_TRANSLATE_NOOP("words", "Seat types"),
    "percentage": QT_TRANSLATE_NOOP("words", "Percentage"),
    "amount": QT_TRANSLATE_NOOP("words", "Amount"),
    "valid_from": QT_TRANSLATE_NOOP("words", "Valid from"),
    "valid_until": QT_TRANSLATE_NOOP("words", "Valid until"),
    "combines_with": QT_TRANSLATE_NOOP("words", "Combines with"),
    "note": QT_TRANSLATE_NOOP("words", "Note"),
}


def field(name: str) -> str:
    return say(FIELDS[name]) if name in FIELDS else name.replace("_", " ").capitalize()


def field_value(workspace: Workspace, name: str, value: Any) -> str:
    """A field's value as a person reads it."""
    if name == "price" and isinstance(value, int):
        conference = workspace.get(Conference)
        return money(value, conference.currency if conference is not None else "EUR")
    if name == "hold_s" and isinstance(value, int):
        return plural(round(value / _MINUTE_S), "minute", "minutes")
    if name == "offer_s" and isinstance(value, int):
        return plural(round(value / _HOUR_S), "hour", "hours")
    if name == "cancel_days" and value == CANCEL_NEVER:
        return say("never")
    if name in ("starts_on", "ends_on") and isinstance(value, str):
        return day(date.fromisoformat(value))
    if isinstance(value, date):
        return day(value)
    if isinstance(value, int):
        return count(value)
    return str(value) or say("(empty)")


_COMMANDS: Final[Mapping[str, str]] = {
    "conference.create_conference": QT_TRANSLATE_NOOP("words", "Create the conference “{name}”"),
    "conference.edit_conference": QT_TRANSLATE_NOOP("words", "Change {fields}"),
    "conference.change_owner": QT_TRANSLATE_NOOP("words", "Correct the owner’s details"),
    "conference.choose_slug": QT_TRANSLATE_NOOP("words", "Choose the address “{slug}”"),
    "conference.publish_conference": QT_TRANSLATE_NOOP("words", "Publish the conference"),
    "conference.unpublish_conference": QT_TRANSLATE_NOOP("words", "Unpublish the conference"),
    "conference.add_seat_type": QT_TRANSLATE_NOOP("words", "Add the seat type “{name}”"),
    "conference.edit_seat_type": QT_TRANSLATE_NOOP("words", "Change {fields} of the seat type “{seat_type}”"),
    "conference.delete_seat_type": QT_TRANSLATE_NOOP("words", "Delete a seat type"),
    "checkin.define_area": QT_TRANSLATE_NOOP("words", "Add the area “{name}”"),
    "checkin.edit_area": QT_TRANSLATE_NOOP("words", "Change an area"),
    "checkin.remove_area": QT_TRANSLATE_NOOP("words", "Remove an area"),
    "checkin.undo_admission": QT_TRANSLATE_NOOP("words", "Undo the admission of {person}"),
    "registration.assign_seat": QT_TRANSLATE_NOOP("words", "Assign a seat"),
    "registration.unassign_seat": QT_TRANSLATE_NOOP("words", "Take back a seat assignment"),
    "registration.cancel_seats": QT_TRANSLATE_NOOP("words", "Cancel seats"),
    "registration.cancel_order": QT_TRANSLATE_NOOP("words", "Cancel an order"),
    "registration.reseat_order": QT_TRANSLATE_NOOP("words", "Give an order its seats again, for late money"),
    "registration.resolve_task": QT_TRANSLATE_NOOP("words", "Settle a matter of money without a refund"),
    "registration.leave_wait_list": QT_TRANSLATE_NOOP("words", "Take an entry off the wait list"),
    "payments.record_payment": QT_TRANSLATE_NOOP("words", "Record a payment of {amount}"),
    "payments.request_refund": QT_TRANSLATE_NOOP("words", "Ask for a refund of {amount}"),
    "payments.record_refund": QT_TRANSLATE_NOOP("words", "Record a refund of {amount} that was paid by hand"),
    "discounts.define_discount": QT_TRANSLATE_NOOP("words", "Define the discount code “{code}”"),
    "discounts.edit_discount": QT_TRANSLATE_NOOP("words", "Change {fields} of the discount code “{code}”"),
    "discounts.withdraw_discount": QT_TRANSLATE_NOOP("words", "Withdraw the discount code “{code}”"),
    "registration.lease_allotment": QT_TRANSLATE_NOOP("words", "Lease {quantity} seats: {seat_type}"),
    "registration.return_allotment": QT_TRANSLATE_NOOP("words", "Return the seats of a lease"),
    "registration.write_off_allotment": QT_TRANSLATE_NOOP("words", "Write off the lease of a desk"),
    "registration.record_door_sale": QT_TRANSLATE_NOOP("words", "Sell at the door: {seats}, {total} ({method})"),
    "registration.void_door_sale": QT_TRANSLATE_NOOP("words", "Void a sale at the door"),
    "registration.record_till_count": QT_TRANSLATE_NOOP("words", "Close the till: {counted} counted"),
    "checkin.correct_attendee": QT_TRANSLATE_NOOP("words", "Correct a name to {corrected}"),
    "checkin.define_badge_layout": QT_TRANSLATE_NOOP("words", "Add the badge layout “{name}”"),
    "checkin.edit_badge_layout": QT_TRANSLATE_NOOP("words", "Change a badge layout"),
    "checkin.remove_badge_layout": QT_TRANSLATE_NOOP("words", "Remove a badge layout"),
    "checkin.record_badge_printed": QT_TRANSLATE_NOOP("words", "Print the badge of {person}"),
    "access.change_device_role": QT_TRANSLATE_NOOP("words", "Change the role of a device"),
    "access.revoke_device": QT_TRANSLATE_NOOP("words", "Revoke a device"),
    "access.erase_person": QT_TRANSLATE_NOOP("words", "Erase a person"),
}

_SCANS: Final[Mapping[str, str]] = {
    "admitted": QT_TRANSLATE_NOOP("words", "Admitted {person} at {area}, {gate}"),
    "turned_away": QT_TRANSLATE_NOOP("words", "Turned away {person} at {area}, {gate}"),
    "overridden": QT_TRANSLATE_NOOP("words", "Admitted {person} at {area}, {gate}, against the verdict: {reason}"),
}
_EXIT: Final = QT_TRANSLATE_NOOP("words", "Let {person} out at {area}, {gate}")


def logged(workspace: Workspace, one: Logged) -> str:
    """What a command of the log was for; its name where this build cannot read it."""
    try:
        body = one.command()
    except Undecodable:
        body = None
    return command(workspace, one.wire.name, body)


def command(workspace: Workspace, name: str, body: Any) -> str:
    """What a command does, in a sentence. `body` is None for one that this build cannot read."""
    if body is None:
        return say("A command that this version cannot read ({name})", name=name)
    if name == "checkin.record_scan":
        return _scan(workspace, body)
    values: dict[str, object] = {
        part: one for part in ("name", "slug", "code") if isinstance(one := getattr(body, part, None), str)
    }
    edited = edits_of(body)
    values["fields"] = ", ".join(inside(field(one)) for one in edited)
    values["seat_type"] = seat_type(workspace, getattr(body, "seat_type", None))
    values["person"] = _person(workspace, getattr(body, "ticket", None))
    if isinstance(amount := getattr(body, "amount", None), int):
        values["amount"] = money(amount, getattr(body, "currency", None) or "EUR")
    values |= _on_site(workspace, body)
    if name in _COMMANDS:
        return say(_COMMANDS[name], **values)
    return name.rpartition(".")[2].replace("_", " ").capitalize()


def _on_site(workspace: Workspace, body: Any) -> dict[str, object]:
    """What the sentences of the desk at the door need besides."""
    match body:
        case LeaseAllotment(quantity=quantity):
            return {"quantity": count(quantity)}
        case RecordDoorSale(seats=seats):
            names = Counter(seat_type(workspace, one.seat_type) for one in seats)
            return {
                "seats": ", ".join(f"{count(many)} × {one}" for one, many in names.items()),
                "total": money(sum(one.price for one in seats), body.currency),
                "method": inside(method(body.method)),
            }
        case RecordTillCount(counted=counted):
            return {"counted": money(counted, body.currency)}
        case CorrectAttendee():
            return {"corrected": full_name(body.first_name, body.last_name)}
        case _:
            return {}


def _scan(workspace: Workspace, body: Any) -> str:
    seen = body.seen
    is_exit = seen.direction == "exit" and body.action == "admitted"
    return say(
        _EXIT if is_exit else _SCANS[body.action],
        person=_shown(workspace, seen),
        area=area(workspace, seen.area),
        gate=seen.gate,
        reason=body.reason,
    )


def _shown(workspace: Workspace, seen: Seen) -> str:
    """Who came, as far as the code that was shown tells."""
    known = None if seen.ticket is None else workspace.get(Pass, seen.ticket)
    if known is None or seen.version is None or seen.version == known.version:
        return _person(workspace, seen.ticket)
    if seen.version > known.version:
        return say("somebody with a newer ticket than this device knows")
    return say("somebody with an earlier version of the ticket of {name}", name=holder(known))


def _person(workspace: Workspace, ticket: str | None) -> str:
    known = None if ticket is None else workspace.get(Pass, ticket)
    return say("an unknown ticket") if known is None else holder(known)


_NOTICES: Final[Mapping[str, str]] = {
    "base_was_damaged": QT_TRANSLATE_NOOP(
        "words",
        "The file with what the server sent was damaged. It is kept as {file}, and everything is downloaded again. What"
        " you did here is safe.",
    ),
    "device_was_copied": QT_TRANSLATE_NOOP(
        "words",
        "This device’s data was copied or restored from a backup. Both histories are kept, and work goes on.",
    ),
    "server_was_restored": QT_TRANSLATE_NOOP(
        "words",
        "The server was restored from a backup. {offered_again} of your commands were offered to it again.",
    ),
}


def notice(one: Notice) -> str:
    """What a notice says."""
    if one.code in _NOTICES:
        return say(_NOTICES[one.code], **one.details)
    return sentence(one.code, one.details)
