"""E-mail, by the SMTP server that the operator named."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from server.letters.channel import BadChannel, Config, Field, Message, typed_fields
from server.letters.outward import NotDelivered, Outward, in_thread
from server.pacing import TRY_S
from server.settings import sends_password_in_clear

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
    url, letter = outward.smtp_url, _letter(config["address"], message, outward)
    await in_thread(lambda: _send(url, letter, outward))


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


def _connected(url: str, outward: Outward) -> smtplib.SMTP:
    """A connection to smtp://, smtp+starttls:// or smtps://user:password@host:port; certificates are checked."""

    class Smtp(smtplib.SMTP):
        """smtplib connects in its constructor, so the connection cannot be handed to it."""

        def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
            return outward.connect(host, port, from_settings=True)

    class SmtpOverTls(smtplib.SMTP_SSL, Smtp):
        """SMTP_SSL wraps the socket that the next class opened."""

    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    context = ssl.create_default_context(cafile=outward.smtp_ca_file)
    if parts.scheme == "smtps":
        return SmtpOverTls(host, port, timeout=TRY_S, context=context)
    server = Smtp(host, port, timeout=TRY_S)
    if parts.scheme == "smtp+starttls":
        server.starttls(context=context)
    return server


def _send(url: str, letter: EmailMessage, outward: Outward) -> None:
    parts = urlsplit(url)
    if sends_password_in_clear(url):
        raise NotDelivered("The mail server would get the password without encryption.", for_good=True)
    try:
        server = _connected(url, outward)
        try:
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
    except ssl.SSLCertVerificationError as why:
        raise NotDelivered("The certificate of the mail server cannot be trusted.", down=True) from why
    except (smtplib.SMTPException, OSError) as why:
        raise NotDelivered("The mail server cannot be reached, or broke off.", down=True) from why
