"""Calls to other machines: bounded in time, one attempt, no redirect followed."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # imported with the first call: a process that calls nobody does without
    import httpx


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
