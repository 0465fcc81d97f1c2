"""The table of the system: aggregates, processes, views, who may send what and who may see what. Read this first."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.access import access
from shared.checkin import admission, areas, badges, blanks, correction
from shared.checkin import process as checkin_process
from shared.checkin import views as checkin_views
from shared.conference import conference, conference_rules, seat_types
from shared.conference import process as conference_process
from shared.discounts import discount
from shared.discounts import process as discounts_process
from shared.kernel.codec import Codec, Upcaster
from shared.kernel.decider import Decider, Process, Role, View
from shared.kernel.messages import Wire, wire_of
from shared.payments import invoice, payment, payment_rules
from shared.payments import process as payments_process
from shared.payments import views as payments_views
from shared.registration import (
    allotments,
    assignments,
    codes,
    door_sale,
    door_sale_rules,
    history,
    order,
    order_rules,
    seats,
    waitlist,
    waitlist_process,
    waitlist_rules,
)
from shared.registration import process as registration_process
from shared.registration import views as registration_views

RELEASE: Final = 2
"""Grows with every release that adds a message, a version or a view: a server older than a desktop says so."""


@dataclass(frozen=True, kw_only=True)
class Domain:
    """The tables, and the look-ups that `execute`, the stores and sync make in them."""

    deciders: tuple[Decider[Any, Any], ...]
    processes: tuple[Process, ...]
    views: tuple[View, ...]
    roles_by_command: Mapping[type, frozenset[Role]]
    hidden: Mapping[Role, frozenset[str]]
    """Views that a role's devices do not get; view names ending in a point stand for all below."""
    upcasters: Mapping[Wire, Upcaster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tables = {
            "decider_by_command": {kind: one for one in self.deciders for kind in one.commands},
            "decider_by_event": {kind: one for one in self.deciders for kind in one.events},
            "processes_by_event": _by_event(self.processes),
            "views_by_event": _by_event(self.views),
            "rows": tuple(kind for one in self.deciders for kind in one.rows) + tuple(one.row for one in self.views),
        }
        for name, table in tables.items():
            object.__setattr__(self, name, table)
        messages = (*self.decider_by_command, *self.decider_by_event)
        object.__setattr__(self, "codec", Codec(messages=messages, rows=self.rows, upcasters=self.upcasters))

    decider_by_command: Mapping[type, Decider[Any, Any]] = field(init=False)
    decider_by_event: Mapping[type, Decider[Any, Any]] = field(init=False)
    processes_by_event: Mapping[type, tuple[Process, ...]] = field(init=False)
    views_by_event: Mapping[type, tuple[View, ...]] = field(init=False)
    rows: tuple[type, ...] = field(init=False)
    codec: Codec = field(init=False)

    def views_of(self, role: Role) -> dict[str, int]:
        """The views that a role's devices get, each with its version."""
        hidden = self.hidden[role]
        names = (wire_of(kind) for kind in self.rows)
        return {name: version for name, version in names if not {name, f"{name.partition('.')[0]}."} & hidden}

    def role_version(self, role: Role) -> str:
        """Changes when the role's set of views does; part of a checkpoint."""
        return f"{role.value}-{zlib.crc32(' '.join(sorted(self.views_of(role))).encode()):08x}"


def _by_event(parts: Iterable[Any]) -> dict[type, tuple[Any, ...]]:
    by_event: dict[type, tuple[Any, ...]] = defaultdict(tuple)
    for part in parts:
        for event in part.events:
            by_event[event] += (part,)
    return dict(by_event)


def _allow(role_sets: Mapping[frozenset[Role], tuple[type, ...]]) -> dict[type, frozenset[Role]]:
    return {command: roles for roles, commands in role_sets.items() for command in commands}


_SERVER = frozenset({Role.SERVER})
_ORGANIZER = frozenset({Role.ORGANIZER, Role.SERVER})
_ON_SITE = frozenset({Role.ORGANIZER, Role.DOOR, Role.SERVER})
_ANYONE = frozenset({Role.ORGANIZER, Role.REGISTRANT, Role.SERVER})

DOMAIN: Final = Domain(
    deciders=(
        conference_rules.decider,
        seat_types.decider,
        seats.decider,
        allotments.decider,
        codes.decider,
        order_rules.decider,
        waitlist_rules.decider,
        assignments.decider,
        door_sale_rules.decider,
        payment_rules.decider,
        invoice.decider,
        discount.decider,
        areas.decider,
        admission.decider,
        blanks.decider,
        correction.decider,
        badges.decider,
        access.decider,
    ),
    processes=(
        conference_process.process,
        registration_process.sales_process,
        registration_process.order_process,
        registration_process.door_process,
        waitlist_process.process,
        discounts_process.process,
        payments_process.process,
        checkin_process.process,
    ),
    views=(
        registration_views.locators,
        history.histories,
        payments_views.balances,
        payments_views.ledger,
        payments_views.tasks,
        checkin_views.passes,
        checkin_views.attendees,
        checkin_views.expected,
        checkin_views.arrivals,
        checkin_views.incidents,
    ),
    roles_by_command=_allow(
        {
            _ORGANIZER: (
                conference.CreateConference,
                conference.EditConference,
                conference.ChangeOwner,
                conference.ChooseSlug,
                conference.PublishConference,
                conference.UnpublishConference,
                seat_types.AddSeatType,
                seat_types.EditSeatType,
                seat_types.DeleteSeatType,
                access.ChangeDeviceRole,
                access.RevokeDevice,
                access.ErasePerson,
                discount.DefineDiscount,
                discount.EditDiscount,
                discount.WithdrawDiscount,
                areas.DefineArea,
                areas.EditArea,
                areas.RemoveArea,
                badges.DefineBadgeLayout,
                badges.EditBadgeLayout,
                badges.RemoveBadgeLayout,
                allotments.WriteOffAllotment,
                order.ResolveTask,
                order.ReseatOrder,
                payment.RequestRefund,
                payment.RecordRefund,
                payment.RecordRefundFailure,
            ),
            _ON_SITE: (
                admission.RecordScan,
                admission.UndoAdmission,
                badges.RecordBadgePrinted,
                correction.CorrectAttendee,
                door_sale.RecordDoorSale,
                door_sale.VoidDoorSale,
                door_sale.RecordTillCount,
                allotments.LeaseAllotment,
                allotments.RecordAllotmentSale,
                allotments.ReturnAllotment,
                payment.RecordPayment,
            ),
            _ANYONE: (
                order.PlaceOrder,
                order.UpdateOrder,
                order.ApplyCode,
                order.RemoveCode,
                order.AssignRegistrantDetails,
                order.StartPayment,
                order.ConfirmFreeOrder,
                order.SendLink,
                order.ConfirmOnInvoice,
                order.RequestInvoice,
                order.CancelOrder,
                waitlist.JoinWaitList,
                waitlist.LeaveWaitList,
                assignments.CancelSeats,
                assignments.AssignSeat,
                assignments.UnassignSeat,
                payment.CancelPayment,
            ),
            _SERVER: (
                conference.ClaimSlug,
                conference.RenewAccessCode,
                access.EnrolDevice,
                access.OpenEpoch,
                access.HoldFact,
                access.ReleaseFact,
                seats.OpenSales,
                seats.CloseSales,
                seats.ChangeSalesTerms,
                seats.OfferSeats,
                seats.ReserveSeats,
                seats.CommitReservation,
                seats.CancelReservation,
                seats.ReturnSeats,
                codes.OfferCode,
                codes.WithdrawCode,
                order.MarkSeatsReserved,
                order.EndPayment,
                order.ReceiveMoney,
                order.PlaceOffer,
                order.CreditSeats,
                order.ReturnMoney,
                order.WarnOfExpiry,
                order.ExpireOrder,
                waitlist.OfferToWaiting,
                waitlist.EndOffer,
                assignments.CreateSeatAssignments,
                assignments.UpdateAttendee,
                door_sale.NoteSeatsCancelled,
                door_sale.GiveDoorSeats,
                blanks.IssueBlanks,
                blanks.WithdrawBlanks,
                payment.InitiatePayment,
                payment.RecordCapture,
                payment.RecordRejection,
                payment.DisownPayment,
                payment.CheckRefunds,
                payment.CheckPayment,
                invoice.IssueInvoice,
                invoice.IssueCreditNote,
                invoice.SettleInvoice,
                invoice.RemindOfInvoice,
            ),
        }
    ),
    hidden={
        Role.ORGANIZER: frozenset({"directory."}),
        # Door staff get list prices, names and tickets; no order amounts, no e-mail addresses.
        Role.DOOR: frozenset(
            {
                "directory.",
                "conference.owners",
                "registration.codes",
                "registration.orders",
                "registration.histories",
                "registration.locators",
                "registration.reservations",
                "registration.assignments",
                "registration.seat_assignments",
                "registration.wait_list",
                "registration.wait_pages",
                "registration.wait_entries",
                "payments.",
                "discounts.",
            }
        ),
    },
)
CODEC: Final = DOMAIN.codec
