"""What is asked before money or seats go elsewhere: each question names the amount, the person and what follows."""

from PySide6.QtWidgets import QWidget

from desktop.ui import words
from desktop.ui.parts.form_dialog import ConfirmDialog
from desktop.workspace import Workspace
from shared.checkin.verdict import Pass
from shared.kernel.ids import OrderId
from shared.registration.allotments import Allotment, ReturnAllotment, WriteOffAllotment
from shared.registration.door_sale import DoorSale, RecordTillCount, VoidDoorSale
from shared.registration.receipts import Method


def buyers(workspace: Workspace, sale: DoorSale) -> str:
    """Who has the seats of a sale."""
    rows = (workspace.get(Pass, one.ticket) for one in sale.seats)
    return ", ".join(dict.fromkeys(words.holder(one) for one in rows if one is not None))


def ask_void(workspace: Workspace, order: OrderId, sale: DoorSale, parent: QWidget) -> ConfirmDialog:
    """Give back all that is not given back yet."""
    amount, who = words.money(sale.charged, sale.currency), buyers(workspace, sale)
    if not sale.charged:
        money = words.say("Nothing was charged to {who}, and nothing is given back.", who=who)
    elif sale.method is Method.CASH:
        money = words.say("Give {amount} in cash back to {who}.", amount=amount, who=who)
    else:
        money = words.say("Give {amount} back to {who} with the card terminal.", amount=amount, who=who)
    after = words.say("The tickets and badges of this sale open no door any more. This cannot be undone.")
    texts = (words.say("Void the sale to {who}?", who=who), f"{money}\n\n{after}", words.say("&Void the sale"))
    return ConfirmDialog(workspace, VoidDoorSale(order=order), texts, parent)


def ask_return(workspace: Workspace, id: str, left: int, allotment: Allotment, parent: QWidget) -> ConfirmDialog:
    """End a lease of this desk."""
    name = words.seat_type(workspace, allotment.seat_type)
    title = words.say("Return {count} of {seat_type}?", count=words.plural(left, "seat", "seats"), seat_type=name)
    text = words.say(
        "Anybody can buy these seats again, and this desk sells none of them. "
        "It can lease others while the server answers."
    )
    return ConfirmDialog(workspace, ReturnAllotment(allotment=id), (title, text, words.say("&Return")), parent)


def ask_write_off(workspace: Workspace, id: str, allotment: Allotment, parent: QWidget) -> ConfirmDialog:
    """End the lease of a desk that does not come back."""
    name = words.seat_type(workspace, allotment.seat_type)
    desk = words.device(workspace, allotment.desk)
    count = words.plural(allotment.left, "seat", "seats")
    title = words.say("Write off {count} of {seat_type}?", count=count, seat_type=name)
    text = words.say(
        "Anybody can buy these seats again. What {desk} sold of them and did not send yet gets a seat while there are "
        "some; else it is listed under Needs attention. This cannot be undone.",
        desk=desk,
    )
    return ConfirmDialog(workspace, WriteOffAllotment(allotment=id), (title, text, words.say("&Write off")), parent)


def ask_count(workspace: Workspace, count: RecordTillCount, expected: int, parent: QWidget) -> ConfirmDialog:
    """Close the till."""
    difference = words.signed_money(count.counted - expected, count.currency)
    money = words.say(
        "Counted are {counted}, expected {expected}: a difference of {difference}.",
        counted=words.money(count.counted, count.currency),
        expected=words.money(expected, count.currency),
        difference=difference,
    )
    after = words.say("The sales of this till can then be voided by an organizer alone. This cannot be undone.")
    texts = (words.say("Close the till?"), f"{money}\n\n{after}", words.say("&Close the till"))
    return ConfirmDialog(workspace, count, texts, parent)
