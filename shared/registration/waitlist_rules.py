"""The rules of the wait list: seats that come free are offered to the first in order who fits.

An offer holds its seats from the moment when it is made, so no seat is in two offers. Nobody waits for what can be
had: an offer holds longer than an order does. Those who wait stand on pages, so that joining costs the same however
many they are, and a search reads pages instead of entries.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any, Final, NamedTuple, assert_never

from shared.kernel import checks
from shared.kernel.decider import Changes, Context, Decider, Found, Key, Rejected, drop, key, members, put
from shared.kernel.ids import OrderId, SeatTypeId, derived_id
from shared.kernel.personal import Erased
from shared.registration.order_rules import LANGUAGE
from shared.registration.order_state import Order
from shared.registration.pricing import Wanted, needs_prices, priced
from shared.registration.seats import Reservation, Sales, SeatsOfType, add, move
from shared.registration.waitlist import (
    Command,
    EndOffer,
    EntryState,
    Event,
    JoinWaitList,
    LeaveWaitList,
    OfferEnded,
    OffersPaused,
    OfferToWaiting,
    Outcome,
    PassedOver,
    WaitEntry,
    Waiting,
    WaitList,
    WaitListJoined,
    WaitListLeft,
    WaitListOffered,
    WaitPage,
    page_of,
)

OFFERS_MOST: Final = 50
"""In one search, so that no commit is long. Each is followed by some events of the order that is made of it."""


def needs(command: Command, found: Found) -> Iterable[Key]:
    match command:
        case JoinWaitList(entry=id, order=order):
            yield key(WaitEntry, id)
            yield key(WaitList)
            yield from needs_prices(command.lines)
            if order is not None:
                yield key(Order, order)
            if found.has(WaitList):
                yield _page_key(page_of(_head(found).joined + 1))
        case LeaveWaitList(entry=id):
            yield key(WaitEntry, id)
            yield key(WaitList)
            entry = found.get(WaitEntry, id) if found.has(WaitEntry, id) else None
            if entry is not None:
                yield _page_key(page_of(entry.number))
        case OfferToWaiting():
            yield from _needs_of_offers(found)
        case EndOffer(entry=id):
            yield key(WaitEntry, id)
        case _:
            assert_never(command)


def _needs_of_offers(found: Found) -> Iterable[Key]:
    """Step by step, so that a search for which there is nothing free reads no page."""
    yield key(WaitList)
    head = _head(found) if found.has(WaitList) else None
    if head is None or not head.waiting:
        return
    yield key(Sales)
    yield from (key(SeatsOfType, one) for one in head.wanted)
    if not found.has(Sales) or not _may_offer(found):
        return
    yield from (_page_key(page) for page in head.pages)
    if found.has(WaitPage, str(head.pages[0])):
        yield from (key(WaitEntry, turn.waiting.entry) for turn in islice(_turns(found), OFFERS_MOST))


def decide(command: Command, found: Found, context: Context) -> Sequence[Event]:
    match command:
        case JoinWaitList():
            return _join(command, found, context)
        case LeaveWaitList(entry=id):
            entry = found.get(WaitEntry, id)
            if entry is None:
                raise Rejected("unknown_wait_entry", entry=id)
            if entry.state == EntryState.OFFERED:
                return [OfferEnded(entry=id, outcome=Outcome.DECLINED)]
            return [WaitListLeft(entry=id)] if entry.state == EntryState.WAITING else []
        case OfferToWaiting():
            # Only the server knows which order it is that is offered.
            if context.secret is None or not _head(found).waiting or not _may_offer(found):
                return []
            turns = list(islice(_turns(found), OFFERS_MOST + 1))
            paused = [OffersPaused()] if len(turns) > OFFERS_MOST else []
            return [*(_offer(turn, found, context) for turn in turns[:OFFERS_MOST]), *paused]
        case EndOffer(entry=id, order=order, outcome=outcome):
            entry = found.get(WaitEntry, id)
            if entry is None or entry.offer != order:
                return []
            # Late money may confirm an order whose offer lapsed.
            is_late = (entry.state, outcome) == (EntryState.LAPSED, Outcome.ACCEPTED)
            return [OfferEnded(entry=id, outcome=outcome)] if is_late or entry.state == EntryState.OFFERED else []
        case _:
            assert_never(command)


def _join(command: JoinWaitList, found: Found, context: Context) -> Sequence[Event]:
    if found.get(WaitEntry, command.entry) is not None:
        raise Rejected("wait_entry_exists", entry=command.entry)
    sales = found.get(Sales)
    if sales is None or not sales.is_open:
        raise Rejected("sales_closed")
    wanted = {line.seat_type: line.quantity for line in priced(command.lines, sales, found)}
    for seat_type, quantity in wanted.items():
        quota = _seats(seat_type, found).quota
        if quantity > quota:
            raise Rejected("never_fits", seat_type=seat_type, quota=quota)
    if all(_seats(one, found).available >= quantity for one, quantity in wanted.items()):
        raise Rejected("seats_available")
    if command.order is not None and found.get(Order, command.order) is None:
        raise Rejected("unknown_order", order=command.order)
    checks.text("entry", command.entry, least=1, most=100)
    checks.person("registrant", command.registrant)
    checks.text("first_name", command.first_name, most=100)
    checks.text("last_name", command.last_name, least=1, most=100)
    checks.email("email", command.email)
    checks.pattern("language", command.language, LANGUAGE, "language")
    return [
        WaitListJoined(
            entry=command.entry,
            number=_head(found).joined + 1,
            lines=tuple(Wanted(seat_type=one, quantity=quantity) for one, quantity in wanted.items()),
            registrant=command.registrant,
            first_name=command.first_name,
            last_name=command.last_name,
            email=command.email,
            language=command.language,
            order=command.order,
            joined_at=context.now,
        )
    ]


class _Turn(NamedTuple):
    """An entry that fits, with the entries in front that did not, and what was free then of what those want."""

    waiting: Waiting
    passed_over: tuple[Waiting, ...]
    free: dict[SeatTypeId, int]
    is_erased: bool


def _may_offer(found: Found) -> bool:
    sales = found.get(Sales)
    is_open = sales is not None and sales.is_open
    return is_open and any(_seats(one, found).available for one in _head(found).wanted)


def _turns(found: Found) -> Iterator[_Turn]:
    """Whose turn it is, in order. An entry that was not looked up yet is taken for one of somebody who is there."""
    free = {one: _seats(one, found).available for one in _head(found).wanted}
    passed_over: list[Waiting] = []
    for waiting in _queue(found):
        if not any(free.values()):
            return
        if any(free[one] < quantity for one, quantity in waiting.wanted.items()):
            passed_over.append(waiting)
            continue
        entry = found.get(WaitEntry, waiting.entry) if found.has(WaitEntry, waiting.entry) else None
        if entry is not None and isinstance(entry.email, Erased):
            yield _Turn(waiting, (), {}, is_erased=True)
            continue
        rivals = tuple(one for one in passed_over if one.wanted.keys() & waiting.wanted.keys())
        yield _Turn(waiting, rivals, {one: free[one] for rival in rivals for one in rival.wanted}, is_erased=False)
        passed_over = [one for one in passed_over if not one.wanted.keys() & waiting.wanted.keys()]
        free = {one: available - waiting.wanted.get(one, 0) for one, available in free.items()}


def _queue(found: Found) -> Iterator[Waiting]:
    for number in _head(found).pages:
        yield from _page(number, found).entries


def _offer(turn: _Turn, found: Found, context: Context) -> WaitListLeft | WaitListOffered:
    entry, sales = turn.waiting.entry, found.get(Sales)
    if turn.is_erased:
        return WaitListLeft(entry=entry)
    assert sales is not None, "offers are made while sales are open"
    # Nobody can know the id beforehand, place an order with it, and have this one refused for ever.
    secret = context.derive("offer", entry)
    assert secret is not None, "offers are made by a server"
    return WaitListOffered(
        entry=entry,
        order=OrderId(derived_id("offer", entry, secret.hex())),
        seats=turn.waiting.wanted,
        offered_at=context.now,
        expires_at=context.now + timedelta(seconds=sales.offer_s),
        passed_over=tuple(one.entry for one in turn.passed_over),
        free=turn.free,
    )


def evolve(found: Found, event: Event) -> Changes:
    match event:
        case WaitListJoined():
            return _evolve_join(event, found)
        case WaitListLeft(entry=id):
            entry = _entry(id, found)
            others = _others(id, entry, found)
            left = _put_page(page_of(entry.number), others)
            return left | _put_entry(id, entry, EntryState.LEFT) | put(_one_less(_head(found), entry, others))
        case WaitListOffered():
            return _evolve_offer(event, found)
        case OffersPaused():
            return {}
        case OfferEnded(entry=id, outcome=outcome):
            return _put_entry(id, _entry(id, found), EntryState(outcome.value))
        case _:
            assert_never(event)


def _evolve_join(event: WaitListJoined, found: Found) -> Changes:
    head, wanted = _head(found), {line.seat_type: line.quantity for line in event.lines}
    entry = WaitEntry(
        number=event.number,
        state=EntryState.WAITING,
        lines=event.lines,
        registrant=event.registrant,
        first_name=event.first_name,
        last_name=event.last_name,
        email=event.email,
        language=event.language,
        order=event.order,
        joined_at=event.joined_at,
    )
    number = page_of(event.number)
    page = found.get(WaitPage, str(number)) or WaitPage(entries=())
    longer = (*page.entries, Waiting(number=event.number, entry=event.entry, wanted=wanted))
    counted = add(head.wanted, dict.fromkeys(wanted, 1))
    pages = head.pages if number in head.pages[-1:] else (*head.pages, number)
    after = WaitList(joined=event.number, waiting=head.waiting + 1, wanted=counted, pages=pages)
    return put(entry, event.entry) | _put_page(number, longer) | put(after)


def _evolve_offer(event: WaitListOffered, found: Found) -> Changes:
    entry, head = _entry(event.entry, found), _head(found)
    offered = replace(entry, state=EntryState.OFFERED, offer=event.order, offered_until=event.expires_at)
    changes: dict[Key, Any] = put(offered, event.entry) | move(event.seats, found, "available", "held")
    changes |= put(Reservation(held=event.seats, sold={}, is_committed=False), event.order)
    last = page_of(entry.number)
    touched = [one for one in head.pages if one <= last] if event.passed_over else [last]
    changes |= _without_offered(event, touched, found)
    return changes | put(_one_less(head, entry, _others(event.entry, entry, found)))


def _without_offered(event: WaitListOffered, pages: Iterable[int], found: Found) -> dict[Key, Any]:
    """The pages that change: one entry is gone, and others were passed over."""
    passed_over, changes = frozenset(event.passed_over), dict[Key, Any]()
    for number in pages:
        before = _page(number, found).entries
        entries = tuple(
            _passed(one, event) if one.entry in passed_over else one for one in before if one.entry != event.entry
        )
        if entries != before:
            changes |= _put_page(number, entries)
    return changes


def _passed(waiting: Waiting, event: WaitListOffered) -> Waiting:
    before = 0 if waiting.passed_over is None else waiting.passed_over.times
    free = {one: event.free[one] for one in waiting.wanted}
    return replace(waiting, passed_over=PassedOver(free=free, at=event.offered_at, times=before + 1))


def _one_less(head: WaitList, entry: WaitEntry, others: tuple[Waiting, ...]) -> WaitList:
    """The head without an entry, on whose page the others are left."""
    wanted = add(head.wanted, {line.seat_type: -1 for line in entry.lines})
    pages = head.pages if others else tuple(one for one in head.pages if one != page_of(entry.number))
    return replace(head, waiting=head.waiting - 1, wanted=wanted, pages=pages)


def _others(id: str, entry: WaitEntry, found: Found) -> tuple[Waiting, ...]:
    """Who stands on the entry's page beside it."""
    return tuple(one for one in _page(page_of(entry.number), found).entries if one.entry != id)


def _put_entry(id: str, entry: WaitEntry, state: EntryState) -> dict[Key, Any]:
    return put(replace(entry, state=state), id)


def _put_page(number: int, entries: tuple[Waiting, ...]) -> dict[Key, Any]:
    return put(WaitPage(entries=entries), str(number)) if entries else drop(WaitPage, str(number))


def _page_key(number: int) -> Key:
    return key(WaitPage, str(number))


def _page(number: int, found: Found) -> WaitPage:
    page = found.get(WaitPage, str(number))
    assert page is not None, "the head names the pages that there are, and who waits stands on one"
    return page


def _head(found: Found) -> WaitList:
    return found.get(WaitList) or WaitList(joined=0, waiting=0, wanted={}, pages=())


def _entry(id: str, found: Found) -> WaitEntry:
    entry = found.get(WaitEntry, id)
    assert entry is not None, "what happens to an entry follows its joining"
    return entry


def _seats(seat_type: SeatTypeId, found: Found) -> SeatsOfType:
    seats = found.get(SeatsOfType, seat_type)
    assert seats is not None, "nobody waits for a type that there is not"
    return seats


decider: Decider[Command, Event] = Decider(
    name="waitlist",
    commands=members(Command),
    events=members(Event),
    rows=(WaitList, WaitPage, WaitEntry),
    needs=needs,
    decide=decide,
    evolve=evolve,
)
