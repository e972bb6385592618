"""Mail through the server of SMTP_URL, always encrypted unless the server is on this machine."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parseaddr

import aiosmtplib

from utilities.alerts.channels import (
    SEND_TIMEOUT_SECONDS,
    STATE_WORDS,
    Channel,
    ChannelContext,
    ChannelType,
    DeliveryFailed,
)
from utilities.alerts.mail_text import build_mail
from utilities.alerts.notice import Notice
from utilities.config.alert_addresses import parse_smtp_url

MIN_PERMANENT_CODE = 500


class MailChannel:
    """Sends one message to all of ALERT_MAIL_TO."""

    def __init__(self, context: ChannelContext) -> None:
        self.context = context
        self.server = parse_smtp_url(context.settings.smtp_url.get_secret_value())

    async def send(self, notice: Notice, at: datetime) -> None:
        """Sends the message; some refused recipients are a failure only when all are refused."""
        settings, link = self.context.settings, self.context.link(notice)
        state, recipients = STATE_WORDS[notice.state], settings.alert_mail_to
        message = build_mail(notice, state, settings.mail_from, recipients, link, at, self.context.zone)
        async with self._connect() as client:
            await client.send_message(message)

    async def check(self) -> str:
        """Connects, signs in, and sends nothing."""
        async with self._connect() as client:
            await client.noop()
        plain = "; it is on this machine, so that mail goes there without TLS" if self.server.is_plain else " over TLS"
        signed_in = "answers and knows the user" if self.server.user else "answers without a user name"
        return f"the mail server {signed_in}{plain}; `run.py send-notice` sends a test"

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Connects and signs in; raises DeliveryFailed for every error inside, without the server's words."""
        server = self.server
        domain = parseaddr(self.context.settings.mail_from)[1].partition("@")[2]
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.is_tls_at_once,
            start_tls=None if server.is_tls_at_once else not server.is_plain,
            cert_bundle=server.ca_cert or None,
            local_hostname=domain,
            timeout=SEND_TIMEOUT_SECONDS,
        )
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS), client:
                yield client
        except (aiosmtplib.SMTPException, OSError, TimeoutError, UnicodeError) as error:
            raise translate_mail_error(error) from None


def translate_mail_error(error: Exception) -> DeliveryFailed:
    """Returns the error to raise: the code of the server's answer, and what to look at."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [each.code for each in error.recipients]
        return DeliveryFailed(
            f"the mail server refuses everybody in ALERT_MAIL_TO ({max(codes)})",
            is_permanent=min(codes) >= MIN_PERMANENT_CODE,
        )
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return DeliveryFailed(f"the mail server refuses the user name or the password of SMTP_URL ({error.code})")
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return DeliveryFailed(
            f"the mail server refuses MAIL_FROM ({error.code})", is_permanent=error.code >= MIN_PERMANENT_CODE
        )
    if isinstance(error, aiosmtplib.SMTPResponseException):
        is_data = isinstance(error, aiosmtplib.SMTPDataError)
        is_permanent = is_data and error.code >= MIN_PERMANENT_CODE
        return DeliveryFailed(f"the mail server answers {error.code}", is_permanent=is_permanent)
    if is_certificate_error(error):
        return DeliveryFailed("the mail server's certificate is not trusted; ca_cert in SMTP_URL names another")
    if isinstance(error, aiosmtplib.SMTPNotSupported) or "STARTTLS" in str(error):
        return DeliveryFailed("the mail server does not offer what is needed (STARTTLS, or sign-in): look at SMTP_URL")
    if isinstance(error, TimeoutError):
        return DeliveryFailed(f"the mail server does not answer within {SEND_TIMEOUT_SECONDS:g} s")
    return DeliveryFailed("the mail server of SMTP_URL cannot be reached")


def is_certificate_error(error: BaseException | None) -> bool:
    """Whether an error, or one of its causes, is about a certificate."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def open_mail(context: ChannelContext) -> Channel | None:
    """Returns the channel; None without ALERT_MAIL_TO."""
    return MailChannel(context) if context.settings.alert_mail_to else None


CHANNEL = ChannelType("mail", "set SMTP_URL, MAIL_FROM and ALERT_MAIL_TO to send notices by mail", open_mail)
