"""Discovery: which ONVIF devices answer on the networks that this machine stands in (WS-Discovery, UDP port 3702).

Needs the extra ``onvif``.
"""

import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from uuid import uuid4
from xml.etree.ElementTree import Element, ParseError

import ifaddr
import structlog
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_GROUP: Final = ("239.255.255.250", 3702)
_NAME: Final = "onvif://www.onvif.org/name/"
_MOST: Final = 4096
"""Devices that are listed at most: who floods the network with answers fills no memory."""
_REPEAT: Final = 0.5
"""Seconds after which the question is asked again, once: datagrams get lost (SOAP-over-UDP 1.1, section 3)."""
_PROBE: Final = """<?xml version="1.0" encoding="utf-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" \
xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" \
xmlns:n="http://www.onvif.org/ver10/network/wsdl"><e:Header>\
<w:MessageID>{message}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>\
<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>\
<e:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"""


class DiscoveryError(Exception):
    """The network cannot be asked: one line that says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A device that answered.

    Attributes:
        address: URL of its device service, at the address that the answer came from.
        name: what it calls itself; empty where it does not say.
    """

    address: str
    name: str


def own_addresses() -> list[str]:
    """This machine's IPv4 addresses, without the loopback's."""
    found = [str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4]
    return [ip for ip in found if not ip.startswith("127.")]


def search(interfaces: Sequence[str], seconds: float = 3.0) -> list[Answer]:
    """Ask all ONVIF devices on some networks for themselves, and wait for their answers.

    Args:
        interfaces: IPv4 addresses of this machine, one in each network to ask.
        seconds: so long answers are waited for.

    Raises:
        DiscoveryError: none of the networks could be asked.
    """
    message = f"urn:uuid:{uuid4()}"
    probe = _PROBE.format(message=message).encode()
    found: dict[str, Answer] = {}
    with ExitStack() as stack:
        sockets = [stack.enter_context(each) for each in _asked(interfaces, probe)]
        deadline = time.monotonic() + seconds
        again = time.monotonic() + min(_REPEAT, seconds / 2)
        while (left := deadline - time.monotonic()) > 0 and len(found) < _MOST:
            if again and time.monotonic() >= again:
                again = 0.0
                for each in sockets:
                    each.sendto(probe, _GROUP)
            for ready in select.select(sockets, [], [], min(left, 0.1))[0]:
                content, (sender, _) = ready.recvfrom(65_535)
                for answer in _answers(content, message, sender):
                    found.setdefault(answer.address, answer)
    return sorted(found.values(), key=lambda answer: answer.address)


def _asked(interfaces: Sequence[str], probe: bytes) -> list[socket.socket]:
    """A socket for each network that could be asked."""
    sockets: list[socket.socket] = []
    reason = "this machine has no address in any"
    for interface in interfaces:
        each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            each.bind((interface, 0))
            each.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
            each.sendto(probe, _GROUP)
        except OSError as error:
            each.close()
            reason = f"{interface}: {error.strerror or error}"
            log.info("network cannot be asked", interface=interface, reason=error.strerror)
            continue
        sockets.append(each)
    if not sockets:
        raise DiscoveryError(f"no network can be asked: {reason}; name the devices with --device")
    return sockets


def _answers(content: bytes, message: str, sender: str) -> Iterator[Answer]:
    """What a datagram says, if it is an answer to our question."""
    try:
        envelope: Element = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        log.info("answer cannot be read", sender=sender, reason=str(error))
        return
    if message not in {(each.text or "").strip() for each in _named(envelope, "RelatesTo")}:
        return
    # Most devices put each ProbeMatch into ProbeMatches, as they should; some do not.
    for match in _named(envelope, "ProbeMatch"):
        address = _address(_words(match, "XAddrs"), sender)
        names = [scope.removeprefix(_NAME) for scope in _words(match, "Scopes") if scope.startswith(_NAME)]
        if address is not None:
            yield Answer(address, unquote(names[0]) if names else "")


def _named(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if each.tag.rpartition("}")[2] == name)


def _words(element: Element, name: str) -> list[str]:
    return [word for each in _named(element, name) for word in (each.text or "").split()]


def _address(offered: Sequence[str], sender: str) -> str | None:
    """The device service's URL at the sender's own address: a password is proven to nobody whom an answer names.

    Examples:
        >>> _address(["http://169.254.3.4/onvif/device", "http://10.0.0.8:8080/onvif/device"], "10.0.0.8")
        'http://10.0.0.8:8080/onvif/device'
        >>> _address(["http://elsewhere.example/onvif/device"], "10.0.0.8")
        'http://10.0.0.8/onvif/device'
    """
    usable = [parts for parts in map(_web_address, offered) if parts is not None]
    if not usable:
        return None
    parts = next((parts for parts in usable if parts.hostname == sender), usable[0])
    host = f"{sender}:{parts.port}" if parts.port else sender
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _web_address(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and (parts.port or True)
    except ValueError:
        return None
    return parts if usable else None
