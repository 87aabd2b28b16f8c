"""State: is it alive, can it work."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session, text

from server.keys import DESK


async def alive(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


async def ready(request: web.Request) -> web.Response:
    """GET readyz: 200 once the database answers."""
    version = await request.app[DESK].read(_database_version)
    return web.json_response({"status": "ready", "database": version})


def _database_version(db: Session) -> str:
    dialect = db.get_bind().dialect.name
    query = "select sqlite_version()" if dialect == "sqlite" else "show server_version"
    return f"{dialect} {db.connection().execute(text(query)).scalar_one()}"
