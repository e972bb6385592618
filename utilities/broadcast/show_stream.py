"""The open stream of one screen: what was sent last, and which commands its script has done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from utilities.broadcast.programmes import Picture, ShownScreen
from utilities.rendering.walls.sse_events import encode_event
from utilities.rendering.walls.wall_stream import WallStream
from utilities.screens.command_log import EVENT_ACTIONS, ScreenCommand
from utilities.screens.command_queue import is_missed


@dataclass(eq=False)
class ShowStream:
    """The open stream of one screen, and what was sent last."""

    screen: ShownScreen
    stream: WallStream
    sent: Picture | None = None
    renews: bool | None = None  # whether it was told that it may load a changed page
    last_command: int | None = None  # the number of the last one that its script has done; None for a new page
    is_behind: bool = True  # whether commands of before may be missing

    def send_missed(self, recent: Iterable[ScreenCommand], now: datetime, monotonic: float) -> None:
        """Sends those of the recent commands of every screen that its own script has not done yet."""
        own = [each for each in recent if each.screen == self.screen.number]
        missed = [each for each in own if is_missed(each, self.last_command, now)]
        if self.last_command is None:
            self.last_command = max((each.number for each in own if each not in missed), default=0)
        self.is_behind = False
        self.send_commands(missed, monotonic)

    def send_commands(self, commands: Iterable[ScreenCommand], monotonic: float) -> None:
        """Sends those for its script that are newer than the last one.

        While a write is pending it is behind, and gets them afterwards.
        """
        for command in commands:
            if command.screen != self.screen.number or command.action not in EVENT_ACTIONS:
                continue
            if command.number <= (self.last_command or 0):
                continue
            if self.stream.stalled_since is not None:
                self.is_behind = True
                return
            self.last_command = command.number
            data = {"id": command.number, "action": command.action, "detail": command.detail}
            self.stream.send_events([encode_event("command", data)], monotonic)
