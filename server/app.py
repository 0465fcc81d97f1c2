"""The composition root: what the server is made of, from settings to a running application."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.database import check_ready
from server.deadlines import Deadlines
from server.drain import Drain
from server.feed import Feed
from server.gateways.hosted_page import HostedPage
from server.gateways.mail import MailFolder, MailGateway
from server.gateways.payments import PaymentGateway
from server.jobs import Foresight, Tools
from server.mails import ATTEMPTS_MOST, Mails
from server.outbox import Outbox
from server.provider_calls import ProviderCalls
from server.secrets import Secrets
from server.settings import Settings, kept_secret
from server.store.engine import create_engine_for
from server.store.outbox import Kind
from server.store.personal import ErasedIds
from server.store.problems import EnvironmentProblem
from server.web import conferences, errors, hooks, openapi, orders, pages
from server.web.auth import authenticate
from server.web.availability import Availability
from server.web.holds import Holds
from server.web.limits import BodyLimits
from server.web.pace import Pace
from server.web.services import Services
from server.web.sync import SyncEndpoints

log = structlog.get_logger()


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The server as an ASGI application. Nothing runs, and nothing is connected, before it is started."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine_for(settings.database)
    keys = Secrets(kept_secret(settings.master_secret_file))
    feed = Feed(engine)
    tools = Tools(secrets=keys, erased_ids=ErasedIds(settings.erased_file), foresight=Foresight())
    drain = Drain(engine, tools, clock=clock, wake=feed.wake)
    payments = _payment_provider(settings)
    services = Services(
        settings=settings,
        engine=engine,
        drain=drain,
        secrets=keys,
        payments=payments,
        clock=clock,
        availability=Availability(engine, feed),
        holds=Holds(
            engine,
            seats_most=settings.held_seats_per_address,
            orders_a_minute_most=settings.orders_per_address,
            clock=clock,
        ),
        pace=Pace(clock),
    )
    deadlines = Deadlines(engine, drain, clock)
    mails = Mails(
        engine,
        mail_gateway(settings),
        secrets=keys,
        sender=settings.mail_sender,
        public_url=settings.url,
    )
    mail_outbox = Outbox(
        engine,
        Kind.MAIL,
        mails.send,
        clock=clock,
        attempts_most=ATTEMPTS_MOST,
        stand_back=drain.courtesy.stand_back,
    )
    call_outbox = Outbox(engine, Kind.CALL, ProviderCalls(engine, drain, payments).handle, clock=clock)
    outboxes = (mail_outbox, call_outbox)
    works = (deadlines.run_due, *(one.run_due for one in outboxes))
    app = FastAPI(
        **openapi.DESCRIPTION,
        lifespan=lambda _: _running(engine, drain, feed, works, outboxes, settings),
    )
    app.state.services = services
    app.add_middleware(BodyLimits, timeout_s=settings.body_timeout_s)
    if settings.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies)
    errors.install(app)
    pages.install(app)
    # The hot road first: plain routes, without what FastAPI does for the others.
    app.router.routes += [
        Route("/api/v1/conferences/{slug}/orders", orders.place_order, methods=["POST"]),
        Route("/api/v1/conferences/{slug}/availability", conferences.show_availability, methods=["GET"]),
        Route("/hooks/payments/{conference}", hooks.payment_callback, methods=["POST"]),
        Route("/hooks/stripe", hooks.payment_callback, methods=["POST"]),
        *SyncEndpoints(engine, drain, feed, authenticate).routes(),
    ]
    for router in openapi.ROUTERS:
        app.include_router(router)
    app.router.routes.append(pages.static)
    app.include_router(pages.router)  # the last: a conference's page is at /{slug}
    openapi.install(app)
    return app


def _payment_provider(settings: Settings) -> PaymentGateway:
    """Stripe where its key is set, else the local processor."""
    key, secret = settings.stripe_key, settings.stripe_webhook_secret
    if key is None and secret is None:
        return HostedPage(settings.payment_url, settings.payment_key())
    if key is None or secret is None:
        raise EnvironmentProblem("Stripe needs both LANYARD_STRIPE_KEY and LANYARD_STRIPE_WEBHOOK_SECRET.")
    from server.gateways.stripe import Stripe

    return Stripe(key.get_secret_value(), secret.get_secret_value(), url=settings.stripe_url)


def mail_gateway(settings: Settings) -> MailGateway:
    """An SMTP server where one is set, else a folder."""
    if settings.smtp_url is None:
        return MailFolder(settings.mail_dir)
    from server.gateways.smtp import smtp_of

    return smtp_of(settings.smtp_url.get_secret_value())


@asynccontextmanager
async def _running(
    engine: Engine,
    drain: Drain,
    feed: Feed,
    works: tuple[Callable[[], int], ...],
    outboxes: tuple[Outbox, ...],
    settings: Settings,
) -> AsyncIterator[None]:
    """The application's life: what runs beside the requests is started, and stopped before the connections close."""
    check_ready(engine)
    stop = asyncio.Event()
    repeated = [asyncio.create_task(_repeat(work, stop, settings.look_s)) for work in works]
    looking = asyncio.create_task(feed.look())
    # What the start made stays, and what requests make seldom forms a cycle: collections would only stop everybody.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    # The drain asks for the interpreter after each answer of the database; Python's 5 ms would be most of an order.
    sys.setswitchinterval(0.0005)
    log.info("started", url=settings.url, database=engine.dialect.name)
    try:
        yield
    finally:
        looking.cancel()
        stop.set()
        for outbox in outboxes:
            outbox.stop()
        await asyncio.gather(looking, *repeated, return_exceptions=True)
        await asyncio.to_thread(drain.close)
        engine.dispose()
        log.info("stopped")


async def _repeat(work: Callable[[], int], stop: asyncio.Event, look_s: float) -> None:
    """Do what is due, again and again until told to stop; `work` says how much it did, in a thread."""
    while not stop.is_set():
        try:
            if await asyncio.to_thread(work):
                continue
        except Exception:  # whatever it was, what is due is still there and comes again
            log.exception("work beside the requests failed", work=work.__qualname__)
        try:
            async with asyncio.timeout(look_s):
                await stop.wait()
        except TimeoutError:
            pass
