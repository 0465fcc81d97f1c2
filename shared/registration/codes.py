"""Discount codes as registration knows them: their terms, and how many seats they make cheaper.

One use is one seat. Orders count their uses here, from placing until they expire or are cancelled; so no code is used
more often than its quota allows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, assert_never

from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, key, members, put
from shared.kernel.ids import DISCOUNT_CODE, SeatTypeId, discount_code
from shared.kernel.messages import message, row
from shared.registration.pricing import CodeTerms, Use

CODES_MOST: Final = 5
"""Codes in one order. Every set of them is tried, and there are 32 sets of five."""

# Commands


@message("registration.offer_code")
class OfferCode:
    """A code as it holds from now on: a new one, or new terms of one that there is."""

    code: str
    terms: CodeTerms
    seats: dict[SeatTypeId, int]
    """The quota of every seat type of the conference."""


@message("registration.withdraw_code")
class WithdrawCode:
    """Nobody can enter it any more. Orders that use it keep it until they are updated."""

    code: str


Command = OfferCode | WithdrawCode

# Events


@message("registration.code_offered")
class CodeOffered:
    code: str
    terms: CodeTerms


@message("registration.code_withdrawn")
class CodeWithdrawn:
    code: str


Event = CodeOffered | CodeWithdrawn

# State


@row("registration.codes")
class Code:
    """Its id is the code. `used` is a sum over orders, kept by `with_uses`."""

    terms: CodeTerms
    used: int = 0
    is_withdrawn: bool = False


# Rules


def needs(command: Command, found: Found) -> Iterable[Key]:
    yield key(Code, command.code)


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    code = found.get(Code, command.code)
    match command:
        case OfferCode(code=id, terms=terms):
            if code is not None and not code.is_withdrawn and code.terms == terms:
                return []
            _check_scope(terms, command.seats)
            _check_quota(terms, command.seats, used=0 if code is None else code.used)
            return [CodeOffered(code=id, terms=terms)]
        case WithdrawCode(code=id):
            return [] if code is None or code.is_withdrawn else [CodeWithdrawn(code=id)]
        case _:
            assert_never(command)


def _check_scope(terms: CodeTerms, seats: Mapping[SeatTypeId, int]) -> None:
    for seat_type in terms.seat_types:
        if seat_type not in seats:
            raise Rejected("unknown_seat_type", seat_type=seat_type)


def _check_quota(terms: CodeTerms, seats: Mapping[SeatTypeId, int], *, used: int) -> None:
    if terms.quota is None:
        return
    most = sum(seats[one] for one in terms.seat_types or seats)
    if terms.quota > most:
        raise Rejected("quota_above_seats", most=most)
    if terms.quota < used:
        raise Rejected("quota_below_uses", least=used)


def evolve(found: Found, event: Event) -> Changes:
    code = found.get(Code, event.code)
    match event:
        case CodeOffered(code=id, terms=terms):
            return put(Code(terms=terms, used=0 if code is None else code.used), id)
        case CodeWithdrawn(code=id):
            assert code is not None, "a withdrawn code was offered"
            return put(replace(code, is_withdrawn=True), id)
        case _:
            assert_never(event)


# What orders do with codes


def entered(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes as they are kept, each once; Rejected for too many, and for a text that can be no code."""
    kept = tuple(dict.fromkeys(discount_code(one) for one in codes))
    if len(kept) > CODES_MOST:
        raise Rejected("too_many_codes", most=CODES_MOST)
    if not all(DISCOUNT_CODE.fullmatch(one) for one in kept):
        # The text is not told: it may be anything, an address that was typed into the wrong field included.
        raise Rejected("code_unknown")
    return kept


def needs_codes(codes: Iterable[str], uses: Iterable[Use] = ()) -> Iterable[Key]:
    """The keys of codes as they are typed or kept, and of those in use; no more than `entered` lets through."""
    typed = tuple(dict.fromkeys(discount_code(one) for one in codes))[:CODES_MOST]
    for one in (*typed, *(use.code for use in uses)):
        if DISCOUNT_CODE.fullmatch(one):
            yield key(Code, one)


def terms_for(codes: Iterable[str], found: Found, present: Iterable[Use] = ()) -> dict[str, CodeTerms | None]:
    """What `discounted` and `fit` take: the terms by code, with as many seats as are left for the order.

    What the order uses at present is left for it, too. None for a code that there is not, or that was withdrawn.
    """
    own = _seats_by_code(present)
    return {one: _left(found.get(Code, one), own.get(one, 0)) for one in codes}


def _left(code: Code | None, own: int) -> CodeTerms | None:
    if code is None or code.is_withdrawn:
        return None
    quota = code.terms.quota
    return code.terms if quota is None else replace(code.terms, quota=max(quota - code.used + own, 0))


def with_uses(found: Found, before: Iterable[Use], after: Iterable[Use]) -> Changes:
    """The codes that an order uses more or less often than before, counted anew."""
    old, new = _seats_by_code(before), _seats_by_code(after)
    changes: dict[Key, Any] = {}
    for one in sorted(old.keys() | new.keys()):
        more = new.get(one, 0) - old.get(one, 0)
        if more:
            code = _code(one, found)
            changes |= put(replace(code, used=max(code.used + more, 0)), one)
    return changes


def has_room(found: Found, uses: Iterable[Use]) -> bool:
    """Whether the codes have as many seats left as an order would use that uses none of them at present."""
    wanted = _seats_by_code(uses)
    codes = {one: _code(one, found) for one in wanted}
    return all(code.terms.quota is None or code.used + wanted[one] <= code.terms.quota for one, code in codes.items())


def _seats_by_code(uses: Iterable[Use]) -> dict[str, int]:
    return {use.code: sum(use.seats.values()) for use in uses}


def _code(id: str, found: Found) -> Code:
    code = found.get(Code, id)
    assert code is not None, "what is used was offered, and no code is ever deleted"
    return code


decider: Decider[Command, Event] = Decider(
    name="codes",
    commands=members(Command),
    events=members(Event),
    rows=(Code,),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
