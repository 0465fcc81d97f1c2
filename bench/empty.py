"""A yardstick: the whole server with two more routes, which do nothing. `python -m bench.empty` serves it.

At `PATH`, POST is a plain route, as that of placing an order is; GET is one of FastAPI's.
"""

import uvicorn
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.app import create_app, utc_now
from server.database import make_ready
from server.settings import Settings
from server.store.engine import create_engine_for

PATH = "/empty"


async def _taken(request: Request) -> Response:
    await request.body()
    return Response(b"{}", 201, media_type="application/json")


async def _read() -> dict[str, str]:
    return {}


def main() -> None:
    """Serve until interrupted."""
    settings = Settings()
    make_ready(create_engine_for(settings.database), utc_now())
    app = create_app(settings)
    router = APIRouter()
    router.add_api_route(PATH, _read, methods=["GET"])
    app.router.routes[:0] = [Route(PATH, _taken, methods=["POST"]), *router.routes]
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    main()
