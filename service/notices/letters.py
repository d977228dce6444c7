"""Mails in the language of whoever gets them. They are text only: no picture ever leaves by mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from uuid import UUID

from service import clock
from service.cases.words import Name
from service.notices.texts import Wording
from service.settings import Settings

MOST = 50
"""Notices that one mail spells out; the others are counted."""

_PRODUCT = Name("街面哨兵", "Street Warden")
_SEVERAL = Name("{count} 条通知", "{count} notices")
_MORE = Name("另有 {count} 条，见控制台。", "{count} more are in the console.")
_CHOOSE = Name("在控制台的“通知设置”里可以选择接收方式：", "Choose what you are mailed under “Notices” in the console:")
_CODE_SUBJECT = Name("验证码 {code}", "Your code: {code}")
_CODE = Name(
    "您的验证码是 {code}，15 分钟内有效。如果不是您本人操作，请忽略此邮件。",
    "Your code is {code}. It is good for 15 minutes. If you did not ask for it, ignore this mail.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One notice of a mail: its words and the page of the console that it leads to, such as ``/cases/…``."""

    words: Wording
    path: str


def notice_letter(settings: Settings, locale: str, to: str, mail_id: UUID, told: Sequence[Told]) -> EmailMessage:
    """The mail that tells one or several notices; the same ``mail_id`` gives the same Message-ID."""
    titles = [_in(locale, one.words.title) for one in told]
    several = _in(locale, _SEVERAL).format(count=len(told))
    parts = []
    for title, one in zip(titles[:MOST], told, strict=False):
        lines = [title, _in(locale, one.words.body), _link(settings, one.path)]
        parts.append("\n".join(line for line in lines if line))
    if len(told) > MOST:
        parts.append(_in(locale, _MORE).format(count=len(told) - MOST))
    choose = _link(settings, "/account")
    if choose:
        parts.append(f"-- \n{_in(locale, _CHOOSE)}\n{choose}")
    letter = _letter(settings, locale, to, titles[0] if len(titles) == 1 else several, "\n\n".join(parts))
    letter["Message-ID"] = f"<{mail_id}@{_sender(settings).domain}>"
    return letter


def code_letter(settings: Settings, locale: str, to: str, code: str) -> EmailMessage:
    """The mail with the code that shows that an address is somebody's own."""
    subject, text = (_in(locale, name).format(code=code) for name in (_CODE_SUBJECT, _CODE))
    return _letter(settings, locale, to, subject, text)


def _letter(settings: Settings, locale: str, to: str, subject: str, text: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = _sender(settings)
    letter["To"] = Address(addr_spec=to)
    letter["Subject"] = f"{_in(locale, _PRODUCT)} · {subject}"
    letter["Date"] = format_datetime(clock.now())
    letter["Content-Language"] = locale
    # RFC 3834: no holiday reply should come back.
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text + "\n")
    return letter


def _sender(settings: Settings) -> Address:
    name, address = parseaddr(settings.mail_from)
    return Address(name, addr_spec=address)


def _link(settings: Settings, path: str) -> str:
    return "" if settings.public_url is None else settings.public_url.rstrip("/") + path


def _in(locale: str, name: Name) -> str:
    return name.chinese if locale.startswith("zh") else name.english
