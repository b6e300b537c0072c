"""Calls to other machines: bounded in time, one attempt, no redirect followed. What lies here needs no proxy."""

import os
import re
import socket
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

if TYPE_CHECKING:  # imported with the first call: a process that calls nobody does without
    import httpx

_HERE = ("127.0.0.1", "localhost", "::1", "0.0.0.0")


def here() -> list[str]:
    """What this machine is called on itself."""
    name = socket.gethostname()
    return [*_HERE, *([name] if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name) and name not in _HERE else [])]


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
            os.environ[name] = ",".join([*([given] if given else []), *(one for one in here() if one not in known)])


def client(
    *, timeout_seconds: float = 20.0, transport: "httpx.AsyncBaseTransport | None" = None, **options: Any
) -> "httpx.AsyncClient":
    """A client for calls to other machines.

    A redirect could take a key or a text to a host that nobody named; a retry belongs to whoever knows what a repeat
    does (`kit.effects`).
    """
    import httpx

    if transport is None:
        options = _without_socks(options)
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
        **_without_socks(options, blocking=True),
    )


def _without_socks(options: dict[str, Any], *, blocking: bool = False) -> dict[str, Any]:
    """Where the environment names a SOCKS proxy, only what would go through it fails.

    httpx lacks the library for one and would make no client at all.
    """
    if not any(_is_socks(proxy) for proxy in getproxies().values()):
        return options
    import httpx
    from httpx._utils import get_environment_proxies

    verify = options.get("verify", True)
    verify = httpx.create_ssl_context() if verify is True else verify
    through = httpx.HTTPTransport if blocking else httpx.AsyncHTTPTransport
    mounts: dict[str, Any] = {}
    for pattern, proxy in get_environment_proxies().items():
        mounts[pattern] = proxy and (_refusing(pattern) if _is_socks(proxy) else through(verify=verify, proxy=proxy))
    return {**options, "verify": verify, "mounts": mounts, "trust_env": False}


def _is_socks(proxy: str | None) -> bool:
    return (proxy or "").lower().startswith("socks")


def _refusing(pattern: str) -> "httpx.AsyncBaseTransport":
    """A transport for clients of both kinds, which says what is in its way."""
    import httpx

    name = f"{pattern.removesuffix('://')}_proxy"
    said = f"{name if name in os.environ else name.upper()} names a SOCKS proxy, and only HTTP proxies can be used."

    class Refusing(httpx.AsyncBaseTransport, httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError(said, request=request)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError(said, request=request)

    return Refusing()
