"""What needs attention, as a list over all orders and payments. No Qt."""

from dataclasses import dataclass

from desktop.workspace import Workspace
from shared.kernel.ids import OrderId
from shared.payments.views import OpenTask, OpenTasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One thing to do; `order` is None for money of which nobody knows what it is for."""

    order: OrderId | None
    task: OpenTask


def listed(workspace: Workspace) -> list[Listed]:
    """Everything that is to be done, an order's together."""
    rows = sorted(workspace.rows(OpenTasks).values(), key=lambda one: (one.order is not None, one.order or ""))
    return [Listed(order=row.order, task=task) for row in rows for task in row.tasks]


def orders_with_tasks(workspace: Workspace) -> list[str]:
    """The orders about which there is something to do, each once."""
    return list(dict.fromkeys(one.order for one in listed(workspace) if one.order is not None))
