"""Handing a mail to the mail server."""

from email.message import EmailMessage

import aiosmtplib

from service.settings import Settings

SECONDS = 20.0
"""How long the server may take for each step."""


class MailError(RuntimeError):
    """The mail server did not take a mail. ``final``: it will not take it another time either (a 5xx of RFC 5321)."""

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.final = final


async def send(settings: Settings, letter: EmailMessage) -> None:
    """Send a mail.

    Raises:
        MailError: where the server does not take it.
    """
    security = settings.smtp_security
    try:
        await aiosmtplib.send(
            letter,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username or None,
            password=settings.smtp_password or None,
            use_tls=security == "tls",
            start_tls=security == "starttls",
            timeout=SECONDS,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusal = error.recipients[0]
        raise MailError(f"{refusal.code} {refusal.message}", final=refusal.code >= 500) from error
    except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPSenderRefused) as error:
        # A fault of this office's settings, not of the mail: somebody will put it right.
        raise MailError(f"{error.code} {error.message}", final=False) from error
    except aiosmtplib.SMTPResponseException as error:
        raise MailError(f"{error.code} {error.message}", final=error.code >= 500) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailError(str(error) or type(error).__name__, final=False) from error
