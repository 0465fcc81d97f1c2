"""What a workspace holds, as JSON for the headless face."""

from collections.abc import Mapping
from typing import Any

from desktop.store.log import Logged, Notice
from desktop.workspace import Problem
from shared.kernel.codec import RawJson, from_json, to_builtins
from shared.kernel.messages import wire_of
from shared.sentences import sentence
from shared.sync.overlay import Pending

Answer = dict[str, Any]


def issued(one: Pending) -> Answer:
    return {
        **pending(one),
        "events": [{"name": wire_of(event).name, "body": to_builtins(event)} for event in one.events],
    }


def pending(one: Pending) -> Answer:
    described = {
        "command_id": one.context.command_id,
        "name": wire_of(one.command).name,
        "standing": one.standing,
    }
    if one.refusal is not None:
        described |= explained(one.refusal.code, one.refusal.values)
    return described


def problem(one: Problem) -> Answer:
    return {**logged(one.logged), **explained(one.code, one.values), "is_settled": one.is_settled}


def explained(code: str, values: Mapping[str, Any]) -> Answer:
    return {"code": code, "values": dict(values), "message": sentence(code, values)}


def logged(one: Logged) -> Answer:
    return {
        "command_id": one.command_id,
        "epoch": one.epoch,
        "seq": one.seq,
        "name": one.wire.name,
        "issued_at": one.issued_at,
        "body": RawJson(one.body),
        "events": [name for name, _, _ in from_json(list[tuple[str, int, RawJson]], one.events)],
    }


def notice(one: Notice) -> Answer:
    return {"id": one.id, "at": one.at, "code": one.code, "details": one.details}
