"""What a person has to do about a refusal whose sentence cannot know it: who has the money."""

from datetime import datetime

from desktop.ui import words
from desktop.workspace import Problem, Workspace
from shared.registration.door_sale import DoorSale, VoidDoorSale
from shared.registration.receipts import Method


def given_back_twice(workspace: Workspace, problem: Problem, command: object) -> str:
    """What to do where a desk gave back the money of a sale that was voided elsewhere; empty of other refusals."""
    if problem.code != "already_voided" or not isinstance(command, VoidDoorSale):
        return ""
    values, sale = problem.values, workspace.get(DoorSale, command.order)
    if sale is None:
        return ""
    voided = words.say(
        "The sale of {sold} was voided by {device}.",
        sold=words.moment(sale.sold_at),
        device=words.device(workspace, str(values["by"])),
    )
    if values["at"] is not None:
        voided += " " + words.say("That was {when}.", when=words.moment(datetime.fromisoformat(str(values["at"]))))
    if not values["returned"]:
        return voided
    amount = words.money(values["returned"], str(values["currency"]))
    if sale.method is Method.CASH:
        ask = words.say(
            "If this desk gave the cash back, too, it went back twice: ask the buyer for {amount}, "
            "or the till lacks it at the closing count.",
            amount=amount,
        )
    else:
        ask = words.say(
            "If this desk gave the money back, too, it went back twice: ask the buyer to pay {amount} again.",
            amount=amount,
        )
    return f"{voided} {ask}"
