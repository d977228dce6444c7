"""A real mail server on a free port that keeps what it gets."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What the server got, and how it answers: ``refusal`` is said instead of taking a mail."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusal: str | None = None
    refused: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        if self.refusal is not None:
            self.refused += 1
            return self.refusal
        content = envelope.content
        assert isinstance(content, bytes)
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.recipients += envelope.rcpt_tos
        self.arrived.set()
        return "250 OK"

    def texts(self) -> list[str]:
        return [letter.get_content() for letter in self.letters]


@contextlib.asynccontextmanager
async def open_mailbox() -> AsyncIterator[Mailbox]:
    """The server, in this event loop."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="mail.test", loop=loop), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mailbox


async def subscribe(client: httpx.AsyncClient, mailbox: Mailbox, address: str, **settings: object) -> None:
    """Give somebody an address for mails, as the person would; the mail with the code is taken out of the box."""
    answer = await client.post("/notice-settings/email", json={"email": address})
    assert answer.status_code == 200, answer.text
    found = re.search(r"\b\d{6}\b", mailbox.texts()[-1])
    assert found is not None
    mailbox.letters.pop()
    mailbox.recipients.pop()
    answer = await client.post("/notice-settings/email/confirm", json={"code": found.group()})
    assert answer.status_code == 200, answer.text
    assert answer.json()["email"] == address
    if settings:
        answer = await client.put("/notice-settings", json={"digest": "hourly", "kinds": {}} | settings)
        assert answer.status_code == 200, answer.text
