"""Where webhooks may lead: never into the office's own network, unless its settings allow it (against SSRF).

A name may lead elsewhere each time it is asked for, so a check that is made before the connection proves nothing.
Here the connection itself asks for the name, checks every address that it gets and connects to one of those; the
name stays what the certificate is checked for.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

import httpcore

from service.settings import Network

Address = IPv4Address | IPv6Address

_NEVER: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local: metadata of AWS, Azure, Google, Tencent
        "fe80::/10",
        "fd00:ec2::254/128",  # metadata of AWS
        "100.100.100.200/32",  # metadata of Alibaba
        "168.63.129.16/32",  # Azure's own, at a public address
        "192.0.0.0/24",  # metadata of Oracle
        "0.0.0.0/8",
        "::/128",
        "255.255.255.255/32",
    )
)
"""What settings cannot allow either."""

_NAT64 = IPv6Network("64:ff9b::/96")


class ForbiddenAddressError(OSError):
    """A webhook leads where it must not."""


def is_forbidden(address: Address, allowed: Iterable[Network]) -> bool:
    """Whether nothing may be sent to an address; ``allowed`` are the private networks of the settings."""
    inner = _inner(address)
    if inner is not None:
        return is_forbidden(inner, allowed)
    if address.is_multicast or any(address in network for network in _NEVER):
        return True
    return not address.is_global and not any(address in network for network in allowed)


def _inner(address: Address) -> Address | None:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def fault_of_url(url: str) -> str | None:
    """What is wrong with the form of a webhook's address; none where nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"is no address: {error}"
    if parts.scheme not in ("https", "http"):
        return "must start with https://"
    if not parts.hostname or port == 0:
        return "names no host"
    if parts.username is not None or parts.password is not None:
        return "must not hold a name or a password: messages are signed"
    if parts.fragment:
        return "must not have a part after #"
    if not url.isascii() or any(character <= " " for character in url):
        return "must be written in ASCII, without spaces"
    return None


async def checked_addresses(host: str, port: int, allowed: Sequence[Network]) -> list[Address]:
    """The addresses of a host, each of which may be sent to.

    Raises:
        ForbiddenAddressError: where one of them must not be.
        OSError: where the name cannot be resolved.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A zone (fe80::1%eth0) is left out: such an address is refused anyway.
    addresses = list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
    for address in addresses:
        if is_forbidden(address, allowed):
            raise ForbiddenAddressError(
                f"{host} is {address}, which webhooks must not reach: STREETWARDEN_WEBHOOK_NETWORKS lists private "
                "networks that they may"
            )
    return addresses


async def check_url(url: str, allowed: Sequence[Network]) -> None:
    """That a webhook's address leads where messages may go.

    Raises:
        ForbiddenAddressError: where it does not, or where plain http leaves the allowed private networks.
        OSError: where the name cannot be resolved.
    """
    parts = urlsplit(url)
    addresses = await checked_addresses(parts.hostname or "", port_of(parts), allowed)
    private = all(any(address in network for network in allowed) for address in addresses)
    if parts.scheme != "https" and not private:
        raise ForbiddenAddressError("must start with https://: plain http is for allowed private networks only")


def port_of(parts: SplitResult) -> int:
    """The port of an address, or its scheme's."""
    return parts.port or (443 if parts.scheme == "https" else 80)


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that were checked, just before."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        """``allowed`` are private networks that may be reached."""
        self._allowed = allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the base class's signature)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host, if all of them may be reached."""
        addresses = await checked_addresses(host, port, self._allowed)
        return await self._backend.connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 (the base class's signature)
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Never: webhooks lead to other machines."""
        raise ForbiddenAddressError(f"{path} is no address of another machine")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
