"""A yardstick: the server's own stack with a route that does nothing. `python -m bench.empty` serves it."""

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.app import create_app, utc_now
from server.database import make_ready
from server.settings import Settings
from server.store.engine import create_engine_for

PATH = "/empty"


async def _empty(request: Request) -> Response:
    await request.body()
    return Response(b"{}", 201, media_type="application/json")


def main() -> None:
    """Serve until interrupted."""
    settings = Settings()
    make_ready(create_engine_for(settings.database), utc_now())
    app = create_app(settings)
    app.router.routes.insert(0, Route(PATH, _empty, methods=["POST"]))
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    main()
