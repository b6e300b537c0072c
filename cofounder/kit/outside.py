"""Calls to other machines: bounded in time, one attempt, no redirect followed. What lies here needs no proxy."""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # imported with the first call: a process that calls nobody does without
    import httpx

HERE = ("127.0.0.1", "localhost", "::1")


def ask_here_directly() -> None:
    """Have this process, and those that it starts, ask what lies on this machine without the environment's proxy.

    A proxy would ask its own machine. For every library at once: each of them reads these names.
    """
    named = {name.lower(): value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    left_out = named.pop("no_proxy", "")
    if not any(named.values()):
        return  # naming none is what has macOS look up its own
    for name in ("no_proxy", "NO_PROXY"):
        given = os.environ.get(name) or left_out
        known = {one.strip() for one in given.split(",")}
        if "*" not in known:
            os.environ[name] = ",".join([*([given] if given else []), *(one for one in HERE if one not in known)])


def client(
    *, timeout_seconds: float = 20.0, transport: "httpx.AsyncBaseTransport | None" = None, **options: Any
) -> "httpx.AsyncClient":
    """A client for calls to other machines.

    A redirect could take a key or a text to a host that nobody named; a retry belongs to whoever knows what a repeat
    does (`kit.effects`).
    """
    import httpx

    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)),
        follow_redirects=False,
        headers={"User-Agent": "cofounder"},
        transport=transport,
        **options,
    )


def blocking_client(*, timeout_seconds: float = 20.0, **options: Any) -> "httpx.Client":
    """The same for a thread of its own."""
    import httpx

    return httpx.Client(
        timeout=httpx.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)),
        follow_redirects=False,
        headers={"User-Agent": "cofounder"},
        **options,
    )
