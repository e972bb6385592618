"""Messages to webhooks in Slack's shape: Slack, Mattermost, Rocket.Chat, and Discord's addresses that end in /slack."""

import json
import re
from datetime import datetime

from utilities.alerts.channels import STATE_WORDS, Channel, ChannelContext, ChannelType, post_to_hook
from utilities.alerts.notice import Notice
from utilities.model.text import cut_graphemes

MAX_SLACK_CHARS = 1900  # Discord's limit is 2000, that of the others is larger


class SlackChannel:
    """Posts to ALERT_SLACK_URL."""

    def __init__(self, context: ChannelContext) -> None:
        self.context = context

    async def send(self, notice: Notice, at: datetime) -> None:
        """Posts one message."""
        body = json.dumps({"text": self.message(notice), "unfurl_links": False}).encode()
        url = self.context.settings.alert_slack_url.get_secret_value()
        await post_to_hook(self.context.client, url, "ALERT_SLACK_URL", body, {})

    async def check(self) -> str:
        """Returns that it is configured: a call would be a message."""
        return "is configured; `run.py send-notice` sends a test"

    def message(self, notice: Notice) -> str:
        """Returns the text in Slack's markup; nothing in a notice mentions people or begins a link."""
        lines = [f"*{STATE_WORDS[notice.state]}: {escape_markup(notice.title)}*"]
        lines += map(escape_markup, notice.sentences)
        lines += [f"{escape_markup(name)}: {escape_markup(text)}" for name, text in notice.facts]
        link = self.context.link(notice)
        text = cut_graphemes("\n".join(lines), MAX_SLACK_CHARS - len(link) - 20)
        return f"{text}\n<{link}|Open Foyer>" if link else text


def escape_markup(text: str) -> str:
    """Escapes what Slack reads as markup, and parts `@` from the word after it, which others read as a mention."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("*", "∗")
    return re.sub(r"@(?=\w)", "@\u2060", escaped)


def open_slack(context: ChannelContext) -> Channel | None:
    """Returns the channel; None without ALERT_SLACK_URL."""
    return SlackChannel(context) if context.settings.alert_slack_url.get_secret_value() else None


CHANNEL = ChannelType("slack", "set ALERT_SLACK_URL to send notices to Slack, Mattermost or Discord", open_slack)
