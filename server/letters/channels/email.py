"""E-mail, by the SMTP server that the operator named."""

from __future__ import annotations

import contextlib
import re
import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from server.letters.channel import BadChannel, Config, Field, Message, typed_fields
from server.letters.outward import NotDelivered, Outward, in_thread
from server.pacing import TRY_S

KIND = "email"
LABEL = "E-mail"
FIELDS = (Field(name="address", label="E-mail address"),)
ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}")
REFUSED_FOR_GOOD = (550, 551, 553)


def check(typed: Config, outward: Outward) -> dict[str, str]:
    config = typed_fields(FIELDS, typed)
    if ADDRESS.fullmatch(config["address"]) is None:
        raise BadChannel("This is not an e-mail address.")
    if outward.smtp_url is None:
        raise BadChannel("This server has no way to send e-mail yet; its operator sets STRIDEGATE_SMTP_URL.")
    return config


def provider(_config: Config) -> str:
    return "email"


def shown(config: Config) -> str:
    return config["address"]


async def send(config: Config, message: Message, outward: Outward) -> None:
    if outward.smtp_url is None:
        raise NotDelivered("This server has no way to send e-mail; its operator sets STRIDEGATE_SMTP_URL.")
    url = outward.smtp_url
    letter = _letter(config["address"], message, outward)
    await in_thread(lambda: _send(url, letter))


def _letter(address: str, message: Message, outward: Outward) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = outward.mail_from or f"Stridegate <stridegate@{outward.domain}>"
    letter["To"] = address
    letter["Subject"] = f"{message.title}: please open it now" if message.is_urgent else message.title
    letter["Date"] = outward.clock()
    letter["Message-ID"] = f"<{message.key}@{outward.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.body(outward.link))
    return letter


def _send(url: str, letter: EmailMessage) -> None:
    """smtp://, smtp+starttls:// or smtps://user:password@host:port."""
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        server = kind(parts.hostname or "", parts.port or 0, timeout=TRY_S)
        try:
            if parts.scheme == "smtp+starttls":
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(letter)
        finally:
            # The message is taken once it is answered; how the talk ends changes nothing about it.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
    except smtplib.SMTPRecipientsRefused as why:
        codes = [code for code, _ in why.recipients.values()]
        raise NotDelivered(
            "The address was refused.", for_good=any(code in REFUSED_FOR_GOOD for code in codes)
        ) from why
    except smtplib.SMTPResponseException as why:
        raise NotDelivered(f"The mail server answered {why.smtp_code}.", down=True) from why
    except (smtplib.SMTPException, OSError) as why:
        raise NotDelivered("The mail server cannot be reached, or broke off.", down=True) from why
