"""The command `send-notice`: sends a test notice through every configured channel, at once and only once."""

from uuid import uuid4

from utilities.alerts.delivery import as_delivery_failure, channel_types, open_channels
from utilities.alerts.notice import Notice, NoticeState
from utilities.config.settings import Settings
from utilities.logs import log_to_stderr
from utilities.model.clock import Clock, utc_now
from utilities.model.errors import FoyerError
from utilities.pageviews.server_zone import server_zone
from utilities.runtime.supervised_loop import catch_error


async def run_send_notice(settings: Settings, clock: Clock = utc_now) -> int:
    """Prints a line for each channel; returns 1 when one does not accept the notice."""
    log_to_stderr("ERROR", "text", settings.redactor())
    now, faults = clock(), 0
    notice = Notice(
        kind="test.notice",
        key=uuid4().hex,
        state=NoticeState.TEST,
        title="Foyer can send notices here",
        sentences=("Somebody has sent this with `run.py send-notice`.", "Nothing is wrong."),
        at=now,
        path="/",
    )
    async with open_channels(settings, server_zone(settings)) as channels:
        if not channels:
            hints = "\n".join(f"{kind.name}: {kind.setup_hint}." for kind in channel_types())
            raise FoyerError(f"No channel is configured.\n{hints}")
        for name, channel in channels.items():
            error = await catch_error(channel.send(notice, now))
            faults += error is not None
            print(f"{name:10} {'sent' if error is None else f'not sent: {as_delivery_failure(error)}'}", flush=True)
    return bool(faults)
