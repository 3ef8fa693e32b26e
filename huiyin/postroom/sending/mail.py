"""E-mail over SMTP: one connection for many messages, each attempt ended on time."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.utils import timezone

from huiyin.casework.wishes import Destination
from huiyin.postroom.sending import telling
from huiyin.postroom.sending.means import Means, Smtp
from huiyin.postroom.sending.queueing import Batch
from huiyin.postroom.sending.web import Failed, Stalled, within

PERMANENT = 500


class Mailer:
    """Sends by the county's mail server."""

    def __init__(self, means: Means, smtp: Smtp) -> None:
        self._means, self._smtp = means, smtp
        self._line: smtplib.SMTP | None = None
        self._same: dict[str, bytes] = {}

    def send(self, batch: Batch, to: Destination) -> None:
        """`Failed` or `Stalled` when the server did not take it. Taken twice, it has the same Message-ID.

        What is the same in all messages of a language is made once.
        """
        if to.language not in self._same:
            subject, text = telling.SUBJECT.get(to.language), telling.long(to.language, self._means.address)
            self._same[to.language] = self._rest(subject, text)
        self._post(batch.id, to.address, self._same[to.language])

    def write(self, number: str, address: str, subject: str, text: str) -> None:
        """The same for a message of its own words."""
        self._post(number, address, self._rest(subject, text))

    def _post(self, number: str, address: str, rest: bytes) -> None:
        letter = self._head(number, address) + rest
        try:
            self._hand_over(letter, address)
        except Failed:
            self.close()
            raise

    def _hand_over(self, letter: bytes, address: str) -> None:
        with within(self._means.timeout) as watch:
            watch.socket = lambda: self._line.sock if self._line else None
            try:
                line = self._line or self._connect()
                line.sendmail(self._smtp.sender, [address], letter)
            except smtplib.SMTPRecipientsRefused as refusal:
                codes = [code for code, _ in refusal.recipients.values()]
                raise Failed("refused", final=min(codes) >= PERMANENT) from None
            except smtplib.SMTPServerDisconnected:
                raise Stalled("timeout" if watch.over else "unreachable") from None
            except smtplib.SMTPAuthenticationError:
                raise Stalled("login") from None
            except smtplib.SMTPException:
                raise Stalled("not-taken") from None

    def _connect(self) -> smtplib.SMTP:
        seconds, safe = self._means.timeout, ssl.create_default_context()
        encrypted = self._smtp.tls == "tls"
        line = smtplib.SMTP_SSL(timeout=seconds, context=safe) if encrypted else smtplib.SMTP(timeout=seconds)
        self._line = line
        line.connect(self._smtp.host, self._smtp.port)
        if self._smtp.tls == "starttls":
            line.starttls(context=safe)
        if self._smtp.user:
            line.login(self._smtp.user, self._smtp.password)
        return line

    def _head(self, number: str, address: str) -> bytes:
        if not address.isascii() or not address.isprintable():
            raise Failed("refused", final=True)  # nothing in an address may begin a header of its own
        known_as = f"<{number}@{self._smtp.sender.rpartition('@')[2]}>"
        head = f"To: {address}\r\nDate: {format_datetime(timezone.now())}\r\nMessage-ID: {known_as}\r\n"
        return head.encode()

    def _rest(self, subject: str, text: str) -> bytes:
        made = EmailMessage(policy=SMTP)
        made["From"] = self._smtp.sender
        made["Subject"] = subject
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nothing automatic answers it
        made.set_content(text)
        return made.as_bytes()

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                line.close()
