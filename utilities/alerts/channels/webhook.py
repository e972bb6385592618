"""Signed webhooks for programs, as https://www.standardwebhooks.com describes them."""

import json
from datetime import datetime

from standardwebhooks import Webhook

from utilities.alerts.channels import Channel, ChannelContext, ChannelType, post_to_hook
from utilities.alerts.notice import Notice
from utilities.config.alert_addresses import split_keys


class WebhookChannel:
    """Posts to ALERT_WEBHOOK_URL, signed with each key of ALERT_WEBHOOK_SECRET."""

    def __init__(self, context: ChannelContext) -> None:
        self.context = context
        self.signers = [Webhook(key) for key in split_keys(context.settings.alert_webhook_secret.get_secret_value())]

    async def send(self, notice: Notice, at: datetime) -> None:
        """Posts one event; `webhook-id` is the notice's identifier, the timestamp that of this try."""
        identifier, body = f"msg_{notice.identifier}", self.body(notice)
        headers = {
            "webhook-id": identifier,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signer.sign(identifier, at, body) for signer in self.signers),
        }
        url = self.context.settings.alert_webhook_url.get_secret_value()
        await post_to_hook(self.context.client, url, "ALERT_WEBHOOK_URL", body.encode(), headers)

    async def check(self) -> str:
        """Returns that it is configured: a call would be an event."""
        return "is configured; `run.py send-notice` sends a test"

    def body(self, notice: Notice) -> str:
        """Returns the event as JSON; the same at each try."""
        data = {
            "id": notice.identifier,
            "kind": notice.kind,
            "key": notice.key,
            "thread": notice.thread,
            "state": notice.state,
            "title": notice.title,
            "sentences": notice.sentences,
            "at": notice.at.isoformat(),
            "place": notice.place,
            "facts": [{"name": name, "text": text} for name, text in notice.facts],
            "link": self.context.link(notice),
        }
        event = {"type": f"{notice.kind}.{notice.state}", "timestamp": notice.at.isoformat(), "data": data}
        return json.dumps(event, ensure_ascii=False)


def open_webhook(context: ChannelContext) -> Channel | None:
    """Returns the channel; None without ALERT_WEBHOOK_URL."""
    return WebhookChannel(context) if context.settings.alert_webhook_url.get_secret_value() else None


CHANNEL = ChannelType(
    "webhook", "set ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET to send notices to a program", open_webhook
)
