"""The `lanyard` commands of the server. What is wrong with the machine is told in a sentence, and ends them with 1."""

import logging
import sys
from typing import Annotated

import structlog
import typer
import uvicorn
from structlog.typing import Processor

from server.app import create_app, mail_gateway, utc_now
from server.database import State, check_ready, state_of
from server.gateways.mail import Unsent
from server.operations.commands import commands as operations
from server.operations.upgrade import upgrade
from server.running import check_alone, running, stopped
from server.secrets import Secrets
from server.settings import Settings, kept_secret
from server.store.engine import create_engine_for
from server.store.problems import EnvironmentProblem
from server.web.headers import within
from server.web.invitations import invite as invite_to
from server.web.invitations import mail_of
from shared.kernel.decider import Rejected
from shared.sentences import sentence

commands = typer.Typer(help="Lanyard: conference management that keeps working offline.", no_args_is_help=True)
commands.add_typer(operations)

_SHUTDOWN_S = 5  # change feeds stay open for ever


@commands.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Instead of LANYARD_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Instead of LANYARD_PORT.")] = None,
) -> None:
    """Run the server. Without any setting, everything is kept in the folder var/."""
    given = {"host": host, "port": port}
    settings = Settings().model_copy(update={name: one for name, one in given.items() if one is not None})
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _log()
    _ready(settings)
    with running(settings.data_dir):
        uvicorn.run(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            http=within(settings.head_timeout_s),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the application trusts whom its settings name
            timeout_graceful_shutdown=_SHUTDOWN_S,
        )


@commands.command()
def migrate() -> None:
    """Bring the database to this release: its schema, and the rows of every conference."""
    _log()
    _migrate(Settings())
    typer.echo("The database is up to date.")


@commands.command()
def invite(email: str) -> None:
    """Make a one-time code, with which somebody enrols a laptop and may create conferences; print it and mail it."""
    settings, now = Settings(), utc_now()
    _ready(settings)
    engine = create_engine_for(settings.database)
    with engine.begin() as conn:
        code = invite_to(conn, Secrets(kept_secret(settings.master_secret_file)), email, now)
    engine.dispose()
    typer.echo(code)
    try:
        with mail_gateway(settings).sending() as send:
            send(mail_of(settings, email, code, now))
    except (Unsent, OSError) as problem:
        raise EnvironmentProblem(f"The code is good, but its mail could not be sent ({problem}).") from None


def _ready(settings: Settings) -> None:
    """Migrate the server's own file; somebody else's database is only looked at."""
    if settings.is_embedded:
        _migrate(settings)
        return
    engine = create_engine_for(settings.database)
    try:
        check_ready(engine)
    finally:
        engine.dispose()


def _migrate(settings: Settings) -> None:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine_for(settings.database)
    try:
        is_older = state_of(engine) is State.OLDER
        with stopped(settings.data_dir) if is_older else running(settings.data_dir):
            if is_older:
                check_alone(engine)  # a server of that release would go on with the rows it knows
            upgrade(engine, utc_now())
    finally:
        engine.dispose()


def _log() -> None:
    """One JSON object a line on standard error, uvicorn's lines included."""
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def main() -> None:
    """Run the command of the command line."""
    try:
        commands()
    except EnvironmentProblem as problem:
        sys.exit(str(problem))
    except Rejected as refusal:
        sys.exit(sentence(refusal.code, refusal.values))


if __name__ == "__main__":
    main()
