"""Checks one channel for `run.py check`."""

from datetime import UTC

from utilities.alerts.channels import ChannelContext, ChannelType
from utilities.config.settings import Settings
from utilities.http.client import HttpClient
from utilities.model.errors import NotConfigured


async def check_channel(kind: ChannelType, settings: Settings) -> str:
    """Tries the connection of a channel, and sends nothing; raises NotConfigured and DeliveryFailed."""
    async with HttpClient(settings.proxies) as client:
        channel = kind.open(ChannelContext(settings, client, UTC))
        if channel is None:
            raise NotConfigured(kind.setup_hint)
        return await channel.check()
