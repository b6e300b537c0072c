"""Which addresses lie in one's own network, and a line that goes only where it may. Knows nothing of the product.

A name is looked up once a request, what it stands for is looked at, and the connection goes to that very address: a
name that stands for something else a moment later changes nothing.
"""

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = (ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200"))


class TooNear(OSError):
    """It lies where nothing may be asked."""


def refused(address: Address, *, allow_private: bool) -> bool:
    """Whether nothing may be asked at this address. An address that carries another one counts as that one."""
    inner = _inner(address)
    if inner is not None:
        return refused(inner, allow_private=allow_private)
    if address.is_link_local or address.is_multicast or address.is_unspecified or address in _METADATA:
        return True  # a cloud's own service lies there, which hands out the machine's keys
    return not allow_private and not address.is_global


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


async def looked_up(host: str, port: int, *, allow_private: bool) -> str:
    """An address that the name stands for. Raises TooNear when any is refused, OSError when there is none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        if refused(address, allow_private=allow_private):
            raise TooNear(f"{host} lies at {address}, which is not on the internet.")
    return str(addresses[0])


def guarded(*, allow_private: bool, connect_seconds: float = 5.0) -> "httpx.AsyncBaseTransport":
    """A transport for `outside.client` that asks only where it may. Its refusal is an httpx.ConnectError."""
    import httpx

    class Guarded(httpx.AsyncBaseTransport):
        def __init__(self) -> None:
            self._inner = httpx.AsyncHTTPTransport(trust_env=False)  # a proxy would look names up for itself

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            host = request.url.host
            port = request.url.port or (443 if request.url.scheme == "https" else 80)
            try:
                async with asyncio.timeout(connect_seconds):
                    address = await looked_up(host, port, allow_private=allow_private)
            except TimeoutError as error:
                raise httpx.ConnectTimeout(f"{host} was not found in time.", request=request) from error
            except OSError as error:
                raise httpx.ConnectError(str(error), request=request) from error
            sent = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # Host is the name, as it was asked for
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            return await self._inner.handle_async_request(sent)

        async def aclose(self) -> None:
            await self._inner.aclose()

    return Guarded()
