"""All about screens that a process holds: who they are, what they show and report, and the alarms about them."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo

from utilities.accounts.database.connection import StateDatabase
from utilities.alerts.delivery import NoticeDelivery, open_notice_delivery
from utilities.broadcast.board_troubles import BoardTroubles
from utilities.broadcast.director import ScreenDirector
from utilities.broadcast.programmes import Programmes, ShownScreen
from utilities.broadcast.takeovers import Takeover, TakeoverStore
from utilities.broadcast.threshold_watch import ThresholdWatch
from utilities.broadcast.visitor_modes import VisitorModes
from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.formats import format_moment
from utilities.pageviews.server_zone import server_zone
from utilities.playlists.schedule import Light
from utilities.playlists.watcher import Playlists
from utilities.rendering.walls.board_pages import count_page_seconds
from utilities.rendering.walls.board_variants import BoardVariants
from utilities.screens.alarm_watch import AlarmWatch, NoticeWriter
from utilities.screens.beats import BeatStore
from utilities.screens.diagnosis import DiagnosisRules
from utilities.screens.model import ScreenRecord
from utilities.screens.registry import ScreenRegistry
from utilities.screens.requests import PairingRequests
from utilities.screens.rollout import ScreenRollout


@dataclass(frozen=True)
class ScreenFleet:
    """The paired screens, and the devices that ask to become one."""

    database: StateDatabase
    director: ScreenDirector
    notices: NoticeDelivery
    registry: ScreenRegistry
    requests: PairingRequests
    beats: BeatStore
    alarms: AlarmWatch  # the server starts it
    rollout: ScreenRollout  # and this
    visitors: VisitorModes
    zone: tzinfo  # of screens without their own

    def sees_private(self, number: int | None) -> bool:
        """Whether a screen may show private tiles now; None is a wall that a person has opened."""
        if number is None:
            return not self.visitors.has_visitors(None)
        screen = self.registry.cached_by_number(number)
        return screen is not None and not self.visitors.has_visitors(ShownScreen.of(screen, self.zone))


@asynccontextmanager
async def open_screen_fleet(
    settings: Settings,
    database: StateDatabase,
    troubles: BoardTroubles,
    editions: Callable[[], Mapping[str, str]],
    find_edition: Callable[[str, str], str],
    list_variants: Callable[[], Iterable[BoardVariants]],
    *,
    version: str,
    clock: Clock,
) -> AsyncIterator[ScreenFleet]:
    """Opens the registry and the channels, and begins to store beats; the server starts everything else."""
    keys = settings.signing_keys()  # none on loopback, where a code needs no secret
    requests = PairingRequests(database, clock, keys[0].encode() if keys else b"")
    registry, beats = ScreenRegistry(database, clock, requests), BeatStore(database, clock)
    director = open_director(settings, database, troubles, version, clock)
    async with open_notice_delivery(settings, database, server_zone(settings), clock) as notices:
        alarms = open_alarm_watch(settings, registry, beats, director.programmes, notices, version)
        rollout = ScreenRollout(
            alarms,
            build=version,
            editions=editions,
            find_edition=find_edition,
            open_screens=director.open_screens,
            clock=clock,
        )
        director.programmes.count_page_seconds = lambda board: count_page_seconds(list_variants(), board)
        director.may_renew, alarms.is_rolling_out = rollout.may_renew, rollout.is_under_way
        visitors = VisitorModes(database, director.programmes.playlists, clock)
        fleet = ScreenFleet(
            *(database, director, notices, registry, requests, beats, alarms, rollout, visitors),
            zone=server_zone(settings),
        )
        hide_private_messages(fleet, troubles)
        beats.start()
        try:
            yield fleet
        finally:
            await beats.close()
            await registry.close()


def hide_private_messages(fleet: ScreenFleet, troubles: BoardTroubles) -> None:
    """Hides messages of rules about private tiles while visitors see a screen: each says something about the figure."""
    programmes = fleet.director.programmes

    def is_hidden(takeover: Takeover, screen: int) -> bool:
        if not (takeover.rule and takeover.message) or fleet.sees_private(screen):
            return False
        return troubles.watches_private_tile(programmes.playlists.book.takeovers.get(takeover.rule))

    programmes.takeovers.is_hidden = is_hidden


def open_director(
    settings: Settings, database: StateDatabase, troubles: BoardTroubles, version: str, clock: Clock
) -> ScreenDirector:
    """Reads the playlists, and returns what tells screens what to show; faults of the file do not stop a start."""
    playlists = Playlists(settings.boards_dir)
    playlists.poll()
    takeovers = TakeoverStore(database, clock)
    thresholds = ThresholdWatch(playlists, troubles.read_figure, takeovers)
    programmes = Programmes(playlists, troubles.find, takeovers)
    return ScreenDirector(programmes, clock, version=version, thresholds=thresholds)


def open_alarm_watch(
    settings: Settings,
    registry: ScreenRegistry,
    beats: BeatStore,
    programmes: Programmes,
    notices: NoticeWriter,
    version: str,
) -> AlarmWatch:
    """Returns what looks for dark screens; those that are black as planned raise no alarm."""
    zone, clock = server_zone(settings), registry.clock

    def is_muted(screen: ScreenRecord, now: datetime) -> bool:
        """Whether it is black as planned, or because somebody has switched it off."""
        return programmes.own_picture(ShownScreen.of(screen, zone), now).light is Light.BLACK

    return AlarmWatch(
        registry,
        beats,
        clock,
        DiagnosisRules(version, clock()),
        is_muted=is_muted,
        time_text=lambda moment: format_moment(moment, zone, clock()),
        notices=notices,
    )
