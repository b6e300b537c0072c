"""The product's own routes over a test's database, with one client a role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from cofounder.app import create_app
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER, Role, create_key


@asynccontextmanager
async def signed_in(*roles: Role) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client for each role, on the real application; the database is the one kit.db is connected to."""
    transport = httpx.ASGITransport(app=create_app(), raise_app_exceptions=False)
    async with transaction() as session:
        secrets = [(await create_key(session, role, role, LOCAL_OWNER))[0] for role in roles]
    clients = [
        httpx.AsyncClient(
            transport=transport, base_url="http://cofounder.test", headers={"Authorization": f"Bearer {secret}"}
        )
        for secret in secrets
    ]
    try:
        yield clients
    finally:
        for client in clients:
            await client.aclose()
