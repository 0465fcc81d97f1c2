"""What the codes of refusals and errors say to a person, in English. Both ends make their sentences here, at the edge.

A code without a sentence is a defect; `tests/server/web/test_sentences.py` looks for one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

_SENTENCES: Final[Mapping[str, str]] = {
    # Conference
    "changed_meanwhile": "Somebody else changed {fields} meanwhile. Look at both versions and choose.",
    "conference_exists": "This conference exists already.",
    "seat_type_exists": "This seat type exists already.",
    "seat_type_was_published": "This seat type was published and cannot be deleted. Lower its quota instead.",
    "slug_is_fixed": "The address “{slug}” cannot change any more, because the conference was published under it.",
    "slug_taken": "Another conference has the address “{slug}”. Choose another one before publishing.",
    "unknown_conference": "There is no such conference.",
    "unknown_seat_type": "There is no such seat type.",
    # Access
    "device_revoked": "This device may no longer act on this conference.",
    "forbidden": "You may not do this.",
    "unknown_device": "This device is not enrolled.",
    # Registration
    "already_voided": "This sale was voided already. Do not give its money back again.",
    "allotment_exists": "This allotment exists already.",
    "allotment_of_another_desk": "This allotment belongs to another desk, which must return it itself.",
    "cancellation_closed": "Confirmed seats can no longer be cancelled here. Ask the organizer.",
    "cannot_reseat": "This money cannot pay for the order’s seats. Refund it.",
    "sale_of_another_desk": "Another desk made this sale. It or an organizer can void it.",
    "till_was_counted": "The till was counted after this sale. Ask an organizer to void it.",
    "unknown_door_sale": "There is no such sale.",
    "void_too_late": "A sale can be voided here for {hours} hours only. Ask an organizer.",
    "no_invoices": "This conference does not sell on invoice.",
    "offer_only": "This offer is for at most {most} seats of this type.",
    "order_not_confirmed": "This order is not confirmed yet.",
    "task_is_done": "This was settled already.",
    "never_fits": "There are only {quota} seats of this type in all. Choose fewer to join the wait list.",
    "no_seats_granted": "No seats are held for this order, so there is nothing to confirm.",
    "no_seats_left": "No seats of this type are left.",
    "no_seat_assignments": "This order is not confirmed yet, so there are no seats to assign.",
    "no_seats_wanted": "Choose at least one seat.",
    "not_sold": "At most {most} seats of this type can be returned.",
    "nothing_to_pay": "This order costs nothing. Confirm it without a payment.",
    "order_cancelled": "This order was cancelled.",
    "order_confirmed": "This order is confirmed and can no longer be changed this way.",
    "order_exists": "This order was placed already.",
    "order_expired": "The time to complete this order is over, and its seats were released.",
    "payment_captured": "This payment was made already.",
    "payment_exists": "This payment exists already.",
    "payment_initiated": "A payment for this order is under way. Cancel it first.",
    "provider_refused": "The payment provider does not take this payment. Choose another way to pay.",
    "provider_unavailable": (
        "The payment provider does not answer. Try again in a moment, or choose another way to pay."
    ),
    "payment_required": "This order must be paid to be confirmed.",
    "quota_too_small": "At least {least} seats are held, sold or allotted, so the quota cannot be smaller than that.",
    "refund_under_way": "A refund of this money is under way. Wait for its end.",
    "registrant_missing": "Give your name and e-mail address first.",
    "sales_closed": "This conference takes no orders at present.",
    "seats_available": "These seats are free at present. Order them instead of waiting.",
    "seat_cancelled": "This seat was cancelled.",
    "seat_type_twice": "A seat type stands twice in the order.",
    "too_many_seats": "At most {most} seats of one type fit in one order.",
    "unknown_allotment": "There is no such allotment.",
    "unknown_attendee": "Nobody of this order has this identifier.",
    "refund_exists": "This refund exists already, with another amount.",
    "refund_too_large": "This is more than can be refunded of this payment.",
    "unknown_invoice": "There is no such invoice.",
    "unknown_payment": "There is no such payment.",
    "unknown_position": "This order has no such seat.",
    "unknown_wait_entry": "There is no such entry of the wait list.",
    "unknown_order": "No order was found. Check what you entered.",
    # Discounts
    "code_expired": "This discount code has expired.",
    "code_not_yet_valid": "This discount code is not valid yet.",
    "code_out_of_scope": "This discount code is for other seats than those chosen.",
    "code_unknown": "There is no such discount code.",
    "code_used_up": "This discount code was used as often as it may be.",
    "discount_exists": "This discount code exists already.",
    "discount_withdrawn": "This discount code was withdrawn. Define it anew.",
    "quota_above_seats": "There are only {most} seats for this discount code, so its quota cannot be larger than that.",
    "quota_below_uses": "The discount code was used for {least} seats, so its quota cannot be smaller than that.",
    "too_many_codes": "At most {most} discount codes fit in one order.",
    "unknown_discount": "There is no such discount code.",
    "wait_entry_exists": "This entry of the wait list exists already.",
    # Check-in
    "attendee_changed": "Somebody else has this seat by now. Look at it again.",
    "badge_layout_exists": "This badge layout exists already.",
    "unknown_badge_layout": "There is no such badge layout.",
    "unknown_ticket": "There is no such ticket.",
    "area_exists": "This area exists already.",
    "area_was_used": "People were checked in at this area, so it cannot be deleted.",
    "undo_by_another_device": "Only the device that admitted can undo it.",
    "undo_too_late": "An admission can be undone for {limit_s} seconds only.",
    "unknown_admission": "There is no such admission.",
    "unknown_area": "There is no such area.",
    # Messages
    "id_reused": "This request has the identifier of another one. Send it again with a new one.",
    "integer_too_large": "A number is too large.",
    "internal_error": "Something went wrong on our side. It was recorded and will be looked at.",
    "invalid": "The request cannot be read: {detail}.",
    "not_nfc": "A text is not in Unicode normalization form C.",
    "nul_in_text": "A text contains a NUL character.",
    "too_deep": "The request is nested too deeply.",
    "unknown_message": "This kind of command is unknown here.",
    "unknown_version": "This command comes from a newer release.",
    "unreadable": "The request is not readable.",
    # Sync
    "gap": "Commands are missing before these.",
    "forked": "This device was cloned or restored from a backup. It goes on under a new epoch.",
    "server_older": "The server is older than this device. Update the server first.",
    "too_large": "The batch is too large.",
    "history_changed": "The server was restored from a backup.",
    "role_changed": "The role of this device was changed.",
    # Web
    "body_too_large": "The request is larger than {most} bytes.",
    "body_too_slow": "The request took too long to arrive.",
    "form_outdated": "This page was open for too long, or in another window, too. Nothing was changed; try it again.",
    "link_needed": "Only the link in our mail to the registrant allows this. Open it, and try again.",
    "no_tickets": "Nobody has this seat yet, so there is no ticket.",
    "link_replaced": "This link was replaced by a newer one.",
    "enrolment_failed": "These details do not allow a device to be enrolled. Check each of them.",
    "idempotency_key_missing": "Send a header Idempotency-Key with a new UUID, so that repeating is safe.",
    "idempotency_key_invalid": "The header Idempotency-Key must be a UUID.",
    "method_not_allowed": "This address does not take such a request.",
    "not_found": "There is nothing at this address.",
    "signature_invalid": "The signature of this message is not valid.",
    "token_of_another_device": "This device identifier belongs to another device.",
    "too_many_attempts": "Too many attempts. Wait a few minutes and try again.",
    "too_many_changes": "This was done too often with this order. Wait a while and try again.",
    "too_many_holds": (
        "At most {most} seats can be held unpaid from one connection. Complete or cancel other orders first."
    ),
    "too_many_orders": "At most {most} orders a minute can be placed from one connection. Wait a little and try again.",
    "too_many_waited_for": (
        "At most {most} seats can be waited for from one connection. Leave the wait list elsewhere first."
    ),
    "unavailable": "The server cannot do this at the moment. Nothing was changed; try again.",
    "unauthorized": "A valid token is missing.",
}

_RULES: Final[Mapping[str, str]] = {
    "invoice_prefix": "{name} takes at most 20 capital letters, digits, hyphens and slashes.",
    "language": "{name} must be two small letters, such as en.",
    "colour": "{name} must be written like #0a7f5c.",
    "before_start": "{name} is before the start.",
    "discount_code": "{name} takes codes of 2 to 40 letters without accents, digits, hyphens and underscores.",
    "ed25519_key": "{name} must be an Ed25519 key of 32 bytes in base64.",
    "iana_time_zone": "{name} must be a time zone such as Europe/Berlin.",
    "invalid_value": "{name} has a value that is not allowed.",
    "letters_digits_underscore": "{name} takes 1 to 50 letters without accents, digits and underscores.",
    "missing": "{name} is missing.",
    "not_an_email_address": "{name} is not an e-mail address.",
    "organizer_or_door": "{name} must be organizer or door.",
    "out_of_range": "{name} must be between {least} and {most}.",
    "percentage_or_amount": "Give either a percentage or an amount.",
    "reserved": "{name} is an address of the server’s own. Choose another one.",
    "three_capital_letters": "{name} must be three capital letters, such as EUR.",
    "too_long": "{name} has more than {most} characters.",
    "too_many": "{name} has more than {most} entries.",
    "too_short": "{name} needs at least {least} characters.",
    "uuid": "{name} must be a UUID.",
    "whole_number": "{name} must be a whole number.",
    "wrong_type": "{name} is of the wrong type.",
}

_NOT_VALID: Final = "{name} is not valid."

CODES: Final = frozenset(_SENTENCES) | {"invalid_field"}
RULES: Final = frozenset(_RULES)
TEXTS: Final = frozenset(_SENTENCES.values()) | frozenset(_RULES.values()) | {_NOT_VALID}
"""What catalogs have translations of, besides the names of fields."""


class _Values(dict[str, Any]):
    """The values of a sentence. One that an older or newer server did not send is an ellipsis, not an error."""

    def __missing__(self, name: str) -> str:
        return "…"


def sentence(
    code: str, values: Mapping[str, Any] | None = None, translate: Callable[[str], str] = lambda text: text
) -> str:
    """The sentence for a code and its values; an unknown code, of a newer server, is named as it is.

    `translate` gives the reader's words for an English text with its places open. Names of fields pass through it, too.
    """
    given = _Values(values or {})
    if code == "invalid_field":
        given["name"] = translate(_name(str(given["field"])))
        return translate(_RULES.get(str(given["rule"]), _NOT_VALID)).format_map(given)
    if isinstance(given.get("fields"), Mapping | list | tuple):
        given["fields"] = ", ".join(translate(_name(str(field))).lower() for field in given["fields"])
    return translate(_SENTENCES.get(code, f"This was refused ({code}).")).format_map(given)


def _name(field: str) -> str:
    """The field's last name as words: `lines[0].seat_type` is `Seat type`."""
    return field.rpartition(".")[2].replace("_", " ").capitalize()
