"""Channels carry a notice as it is, encrypted and signed, and say what is wrong without a value of a setting."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.alerts.conftest import DARK, LIGHT, NOW, WEBHOOK_SECRET, HookReceiver, MailBox, open_mail_server
from utilities.alerts.channels import Channel, DeliveryFailed
from utilities.alerts.check_channel import check_channel
from utilities.alerts.delivery import channel_types, open_channels
from utilities.alerts.notice import Notice
from utilities.commands.send_notice import run_send_notice
from utilities.config.settings import Settings
from utilities.model.errors import FoyerError

BERLIN = ZoneInfo("Europe/Berlin")
SENDER = "Büro Größenwahn GmbH <foyer@example.com>"


async def send(settings: Settings, notice: Notice = DARK, at: datetime = NOW) -> None:
    """Sends through the only channel that is configured."""
    async with open_channels(settings, BERLIN) as channels:
        (channel,) = channels.values()
        await channel.send(notice, at)


def mail_settings(settings: Callable[..., Settings], url: str, **more: object) -> Settings:
    to = ("ada@example.com", "hall@bücher.example")
    values = {"smtp_url": url, "mail_from": SENDER, "alert_mail_to": to, "public_url": "https://foyer.example.com"}
    return settings(**{**values, **more})


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize(("mode", "scheme"), [("starttls", "smtp"), ("smtps", "smtps")])
async def test_mail_is_encrypted_and_complete(
    settings: Callable[..., Settings], certificate: Path, mode: str, scheme: str
):
    async with open_mail_server(certificate, mode) as box:
        given = mail_settings(settings, box.url(scheme))
        assert "over TLS" in await check_channel(next(k for k in channel_types() if k.name == "mail"), given)
        hostile = replace(DARK, title="Bildschirm <b>Größe</b>\r\nBcc: eve@example.com " + "sehr langer Name " * 20)
        await send(given, hostile)
        await send(given, LIGHT)
    first, second = box.mails
    assert first["Bcc"] is None
    assert str(first["Subject"]).startswith("Firing: Bildschirm <b>Größe</b> Bcc: eve@example.com sehr langer")
    assert first["From"].addresses[0].display_name == "Büro Größenwahn GmbH"
    assert [each.addr_spec for each in first["To"].addresses] == ["ada@example.com", "hall@xn--bcher-kva.example"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == f"<{hostile.identifier}@example.com>"
    assert first["References"] == second["References"]
    assert "Lobby, Küche, Empfang" in text_of(first, "plain")
    assert "Sat 28 Nov 2026, 10:12" in text_of(first, "plain")
    assert "https://foyer.example.com/screens" in text_of(first, "plain")
    page = text_of(first, "html")
    assert "&lt;b&gt;Größe&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "One more e-mail comes when it is over." in page
    assert "Over" in text_of(second, "html")


async def test_mail_without_encryption_is_refused(settings: Callable[..., Settings], certificate: Path):
    async with open_mail_server(certificate, "plain") as box:
        with pytest.raises(DeliveryFailed, match="STARTTLS"):
            await send(mail_settings(settings, box.url()))
        assert box.mails == []
        await send(mail_settings(settings, f"smtp://127.0.0.1:{box.port}?tls=none"))  # this machine, and said so
        assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("change", "words", "is_permanent"),
    [
        ({"password": "wrong-Zt4J"}, "refuses the user name or the password of SMTP_URL \\(535\\)", False),
        ({"ca_cert": False}, "certificate is not trusted", False),
        ({"answer": "451 canary ada@example.com try later"}, "answers 451", False),
        ({"answer": "554 canary ada@example.com is spam"}, "answers 554", True),
        ({"answer_to_recipient": "550 ada@example.com unknown"}, "refuses everybody in ALERT_MAIL_TO \\(550\\)", True),
        ({"answer_to_recipient": "450 greylisted"}, "refuses everybody in ALERT_MAIL_TO \\(450\\)", False),
    ],
)
async def test_mail_that_fails_says_what_to_look_at(
    settings: Callable[..., Settings],
    mail_server: MailBox,
    change: dict[str, object],
    words: str,
    is_permanent: bool,
):
    mail_server.answer = str(change.get("answer", mail_server.answer))
    mail_server.answer_to_recipient = str(change.get("answer_to_recipient", mail_server.answer_to_recipient))
    url = mail_server.url(password=str(change.get("password", "Kx7Wq9Zt4J")))
    if change.get("ca_cert") is False:
        url = url.partition("?")[0]
    with pytest.raises(DeliveryFailed, match=words) as caught:
        await send(mail_settings(settings, url))
    assert caught.value.is_permanent == is_permanent
    assert not [each for each in ("canary", "ada@", "Zt4J", "127.0.0.1") if each in str(caught.value)]


async def test_mail_server_that_is_not_there(settings: Callable[..., Settings]):
    with pytest.raises(DeliveryFailed, match=r"the mail server of SMTP_URL cannot be reached$"):
        await send(mail_settings(settings, "smtp://127.0.0.1:9"))


async def test_slack_message_mentions_nobody(settings: Callable[..., Settings], hook: HookReceiver):
    hostile = replace(DARK, title="<!channel> @here <https://evil.example|click> & *Küche*", sentences=("x" * 5000,))
    given = settings(alert_slack_url=hook.url, public_url="https://foyer.example.com")
    await send(given, hostile)
    (text,) = [json.loads(body)["text"] for body in hook.bodies]
    first, *_, last = text.splitlines()
    assert first == "*Firing: &lt;!channel&gt; @\u2060here &lt;https://evil.example|click&gt; &amp; ∗Küche∗*"
    assert last == "<https://foyer.example.com/screens|Open Foyer>"
    assert len(text) < 2000


async def test_webhook_is_signed_with_each_key_and_has_one_id(settings: Callable[..., Settings], hook: HookReceiver):
    newer = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    given = settings(alert_webhook_url=hook.url, alert_webhook_secret=f"{newer}, {WEBHOOK_SECRET}")
    now = datetime.now(UTC)
    await send(given, at=now)
    await send(given, at=now)
    for key in (newer, WEBHOOK_SECRET):
        event = Webhook(key).verify(hook.bodies[0], hook.headers[0])
    assert event["type"] == "screen.dark.begins"
    assert event["data"]["facts"][1] == {"name": "Screens", "text": "Lobby, Küche, Empfang"}
    assert hook.headers[0]["webhook-id"] == hook.headers[1]["webhook-id"] == f"msg_{DARK.identifier}"
    with pytest.raises(WebhookVerificationError):
        Webhook(WEBHOOK_SECRET).verify(hook.bodies[0] + b" ", hook.headers[0])


@pytest.mark.parametrize(
    ("status", "words", "is_permanent"),
    [
        (404, "answers 404: look at ALERT_SLACK_URL", True),
        (302, "answers 302, a redirect: correct ALERT_SLACK_URL", True),
        (500, "answers 500", False),
        (429, "answers 429", False),
    ],
)
async def test_hook_that_refuses(
    settings: Callable[..., Settings], hook: HookReceiver, status: int, words: str, is_permanent: bool
):
    hook.statuses, hook.answer_headers = [status], {"Retry-After": "77", "Location": hook.url}
    hook.answer = b"canary " * 1_000_000  # a long answer is not read to its end
    with pytest.raises(DeliveryFailed, match=words) as caught:
        await send(settings(alert_slack_url=hook.url))
    assert (caught.value.is_permanent, len(hook.bodies)) == (is_permanent, 1)
    assert caught.value.retry_after == (0.0 if is_permanent else 77.0)
    assert "canary" not in str(caught.value)


async def test_nothing_is_opened_without_settings(settings: Callable[..., Settings]):
    async with open_channels(settings(), BERLIN) as channels:
        opened: dict[str, Channel] = channels
    assert opened == {}
    assert [kind.name for kind in channel_types()] == ["mail", "slack", "webhook"]


async def test_command_sends_a_test_through_each_channel_and_repeats_no_value(
    settings: Callable[..., Settings], hook: HookReceiver, capsys: pytest.CaptureFixture[str]
):
    hook.statuses = [404]  # of the first channel
    given = settings(alert_slack_url=hook.url, alert_webhook_url=hook.url, alert_webhook_secret=WEBHOOK_SECRET)
    assert await run_send_notice(given) == 1
    printed = capsys.readouterr().out
    assert [line.split() for line in printed.splitlines()] == [
        ["slack", *["not", "sent:", "it", "answers", "404:", "look", "at", "ALERT_SLACK_URL"]],
        ["webhook", "sent"],
    ]
    assert json.loads(hook.bodies[1])["type"] == "test.notice.test"
    with pytest.raises(FoyerError, match=r"No channel is configured\.\nmail: set SMTP_URL"):
        await run_send_notice(settings())
