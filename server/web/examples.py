"""An example of each operation of the public API, for its OpenAPI file: what is sent, and what is answered.

`tests/server/web/test_openapi.py` holds them against the schemas.
"""

from typing import Any, Final

_FULL: Final = "01a20000-0000-7000-8000-000000000011"
_DINNER: Final = "01a20000-0000-7000-8000-000000000012"
_ORDER: Final = "3d6ffe4e-7f5f-5d1c-9a43-6d0e71929d70"
_ENTRY: Final = "c1f1a7f6-52a5-5a3e-8a29-0d6f1d9a7b11"
_PAYMENT: Final = "9b2c7a90-4c51-5f3a-9f57-3b1f0a6f2c44"
_ATTENDEE: Final = "5f0a1c2e-8a77-5d36-b7a9-52c0f4d1e6b3"
_TICKET: Final = "72c8d1aa-2f6e-5b0b-8f0d-1f1f7b8c9e02"
_SECRET: Final = "Q56YSPAT5PZOWTNIZTXSJ62AD6"  # noqa: S105 - an invented one
_LINK: Final = f"https://register.example.org/pycon/orders/{_ORDER}?key={_SECRET}"
_ANN: Final = {"first_name": "Ann", "last_name": "Öz", "email": "ann@example.org"}
_BO: Final = {"first_name": "Bo", "last_name": "Łuk", "email": "bo@example.org", "company": "ACME"}
_LINES: Final = [{"seat_type": _FULL, "quantity": 2}, {"seat_type": _DINNER, "quantity": 3}]

_LISTED: Final = {
    "slug": "pycon",
    "name": "PyCon",
    "tagline": "Three days of Python",
    "location": "Berlin",
    "time_zone": "Europe/Berlin",
    "starts_on": "2026-05-20",
    "ends_on": "2026-05-22",
}
_CONFERENCE: Final = _LISTED | {
    "description": "Talks, workshops and a dinner.",
    "links": "https://pycon.example.org",
    "currency": "EUR",
    "takes_orders": True,
    "seats_per_order": 20,
    "seats": [
        {"seat_type": _FULL, "name": "Full conference", "description": "All days.", "price": 12000, "remaining": 8},
        {"seat_type": _DINNER, "name": "Dinner", "description": "By the river.", "price": 3550, "remaining": 0},
    ],
}
_LEFT: Final = {
    "takes_orders": True,
    "position": 117,
    "seats": [{"seat_type": _FULL, "remaining": 8}, {"seat_type": _DINNER, "remaining": 0}],
}
_FULL_LINE: Final = {
    "seat_type": _FULL,
    "name": "Full conference",
    "price": 12000,
    "quantity": 2,
    "granted": 2,
    "reduction": 2400,
}
_DINNER_LINE: Final = {
    "seat_type": _DINNER,
    "name": "Dinner",
    "price": 3550,
    "quantity": 3,
    "granted": 2,
    "reduction": 0,
}
_PARTIAL: Final = {
    "order": _ORDER,
    "locator": "K7QM2Z",
    "state": "partially_reserved",
    "lines": [_FULL_LINE, _DINNER_LINE],
    "total": 28700,
    "currency": "EUR",
    "placed_at": "2026-05-04T09:00:00Z",
    "expires_at": "2026-05-04T09:15:00Z",
    "now": "2026-05-04T09:00:12Z",
    "codes": [{"code": "EARLY10", "seats": {_FULL: 2}}],
    "dropped": {},
    "payment": None,
    "on_invoice": False,
    "has_invoice": False,
    "owed": 28700,
    "returned": 0,
    "offer_of": None,
    "language": "en",
    "needs_attention": False,
    "registrant": _ANN,
}
_RESERVED: Final = _PARTIAL | {"state": "reserved", "lines": [_FULL_LINE], "total": 21600, "owed": 21600}
_WITHOUT_CODE: Final = _RESERVED | {
    "lines": [_FULL_LINE | {"reduction": 0}],
    "codes": [],
    "total": 24000,
    "owed": 24000,
}
_CONFIRMED: Final = _RESERVED | {"state": "confirmed", "owed": 0}
_FREE: Final = _CONFIRMED | {"lines": [_FULL_LINE | {"reduction": 24000}], "total": 0}
_ON_INVOICE: Final = _CONFIRMED | {"on_invoice": True, "has_invoice": True, "owed": 21600}
_SEAT: Final = {"position": 0, "seat_type": _FULL, "is_cancelled": False, "attendee": _ATTENDEE, **_BO}
_EMPTY_SEAT: Final = {
    "position": 1,
    "seat_type": _FULL,
    "is_cancelled": False,
    "attendee": None,
    "first_name": None,
    "last_name": None,
    "email": None,
    "company": None,
}
_TICKET_SHOWN: Final = {
    "position": 0,
    "seat_type": _FULL,
    "ticket": _TICKET,
    "version": 1,
    "first_name": "Bo",
    "last_name": "Łuk",
    "company": "ACME",
    "code": "LY1:6BFOXN%TS3DH0YOJ58S",
}
_INVOICE: Final = {
    "number": 7,
    "label": "PYC-00007",
    "kind": "invoice",
    "corrects": None,
    "total": 21600,
    "credited": 0,
    "currency": "EUR",
    "issued_at": "2026-05-04T09:02:00Z",
    "due_at": "2026-05-18T09:02:00Z",
    "paid_at": None,
}
_WAITING: Final = {
    "entry": _ENTRY,
    "state": "waiting",
    "lines": [{"seat_type": _DINNER, "quantity": 3}],
    "joined_at": "2026-05-04T09:05:00Z",
    "now": "2026-05-05T08:00:00Z",
    "before": 2,
    "passed_over": {"at": "2026-05-04T18:30:00Z", "times": 1, "free": {_DINNER: 2}},
    "offer": None,
}
_DEVICE: Final = {
    "device": "0192f0c8-7d3a-7c55-b1a5-0f6a1f0c9d21",
    "label": "Ann's laptop",
    "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
}
_ENROLLED: Final = {"device": _DEVICE["device"], "token": "pYd2vZ0hS4uVb0v1mJ6l3n8q2rXw", "may_create": True}

SENT: Final[dict[str, Any]] = {
    "place_order": {"lines": _LINES, "registrant": _ANN, "language": "en", "codes": ["EARLY10"]},
    "find_order": {"locator": "K7QM2Z", "email": "ann@example.org"},
    "ask_for_link": {"locator": "K7QM2Z", "email": "ann@example.org"},
    "update_order": {"lines": [{"seat_type": _FULL, "quantity": 2}]},
    "assign_details": _ANN,
    "apply_code": {"code": "EARLY10"},
    "ask_for_invoice": {"address": "ACME\nMain Street 1\n12345 Berlin"},
    "assign_seat": _BO,
    "join_wait_list": {"lines": [{"seat_type": _DINNER, "quantity": 3}], **_ANN, "language": "en", "order": _ORDER},
    "correct_own_name": {"first_name": "Bo", "last_name": "Łuk", "company": "ACME"},
    "enrol": _DEVICE | {"code": "K7QM2-Z9RTX-4HJKW-8PBCD"},
    "enrol_in_conference": _DEVICE | {"owner_email": "olga@example.org", "access_code": "K7QM2", "role": "door"},
}
ANSWERED: Final[dict[str, Any]] = {
    "list_conferences": [_LISTED],
    "show_conference": _CONFERENCE,
    "show_availability": _LEFT,
    "place_order": {"order": _PARTIAL, "secret": _SECRET, "link": _LINK},
    "show_order": _PARTIAL,
    "find_order": _PARTIAL,
    "update_order": _RESERVED,
    "assign_details": _RESERVED,
    "confirm_free_order": _FREE,
    "cancel_order": _RESERVED | {"state": "cancelled", "owed": 0},
    "apply_code": _RESERVED,
    "remove_code": _WITHOUT_CODE,
    "start_payment": {
        "payment": _PAYMENT,
        "amount": 21600,
        "currency": "EUR",
        "redirect_url": "https://pay.example.org/pay?charge=eyJhbW91bnQiOjIxNjAwfQ",
        "order": _RESERVED | {"payment": _PAYMENT},
    },
    "cancel_payment": _RESERVED,
    "show_seats": [_SEAT, _EMPTY_SEAT],
    "assign_seat": [_SEAT, _EMPTY_SEAT],
    "unassign_seat": [_EMPTY_SEAT | {"position": 0}, _EMPTY_SEAT],
    "cancel_seat": [_SEAT, _EMPTY_SEAT | {"is_cancelled": True}],
    "show_tickets": [_TICKET_SHOWN],
    "ask_for_invoice": _ON_INVOICE,
    "show_invoices": [_INVOICE],
    "join_wait_list": {
        "entry": _WAITING | {"passed_over": None, "now": "2026-05-04T09:05:00Z"},
        "secret": _SECRET,
        "link": f"https://register.example.org/pycon/waitlist/{_ENTRY}?key={_SECRET}",
    },
    "show_wait_entry": _WAITING,
    "leave_wait_list": _WAITING | {"state": "left", "before": None, "passed_over": None},
    "show_own_ticket": _TICKET_SHOWN,
    "correct_own_name": _TICKET_SHOWN,
    "enrol": _ENROLLED,
    "enrol_in_conference": _ENROLLED
    | {"may_create": False, "conference": "01a20000-0000-7000-8000-000000000001", "role": "door"},
}
PROBLEM: Final = {
    "code": "invalid_field",
    "title": "Quantity is missing.",
    "status": 422,
    "field": "lines[0].quantity",
    "values": {"rule": "missing"},
}
