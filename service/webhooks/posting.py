"""Sending one message to one address, signed as Standard Webhooks says (https://www.standardwebhooks.com)."""

import asyncio
import functools
import ssl
from collections.abc import Sequence
from datetime import datetime

import httpcore
from standardwebhooks import Webhook

from service.outgoing import Failure
from service.settings import Network
from service.webhooks.addresses import CheckedBackend, check_url

GONE = 410
_LATER = frozenset({429, 503})
"""Answers whose ``Retry-After`` counts."""
_LONGEST_SECONDS = 24 * 3600.0


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def signed_headers(secret: str, message_id: str, now: datetime, payload: str) -> dict[str, str]:
    """The headers that prove who sent a payload, and when."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, payload),
    }


async def post(
    url: str, payload: str, headers: dict[str, str], allowed: Sequence[Network], seconds: float
) -> tuple[int | None, Failure | None]:
    """Send a payload; answers the status, where there is one, and what went wrong, if something did.

    Redirects are not followed, no proxy is used, and what the receiver says beside its status is not read: a webhook
    must not become a way to look at machines that only the office reaches.
    """
    try:
        async with asyncio.timeout(seconds):
            await check_url(url, allowed)
            return await _post(url, payload, headers, allowed, seconds)
    except TimeoutError:
        return None, Failure(f"no answer within {seconds:g} seconds")
    except (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        return None, Failure(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


async def _post(
    url: str, payload: str, headers: dict[str, str], allowed: Sequence[Network], seconds: float
) -> tuple[int, Failure | None]:
    sent = {"content-type": "application/json", "user-agent": "StreetWarden", **headers}
    extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)}
    async with (
        httpcore.AsyncConnectionPool(
            ssl_context=_tls(), network_backend=CheckedBackend(allowed), max_keepalive_connections=0
        ) as pool,
        pool.stream(
            "POST", url, headers=list(sent.items()), content=payload.encode(), extensions=extensions
        ) as response,
    ):
        status = response.status
        if 200 <= status < 300:
            return status, None
        after = _retry_after(response.headers) if status in _LATER else 0.0
        return status, Failure(f"answered {status}", final=status == GONE, after=after)


def _retry_after(headers: Sequence[tuple[bytes, bytes]]) -> float:
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit():
            return min(float(value), _LONGEST_SECONDS)
    return 0.0
