"""/playlists: what hangs when, and a dry run of any moment. Playlists are written in boards/playlists.yaml."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Any, cast

from tornado.web import HTTPError

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from handlers.screens.pair import PLAYLIST_PREFIX, describe_fault_of_field
from handlers.screens.refusal import INSIST, IllegibleBoard, check_legible
from utilities.broadcast.threshold_watch import find_rule_faults
from utilities.broadcast.week_plan import plan_week
from utilities.model.errors import ParameterError
from utilities.model.formats import format_date, timezone_words
from utilities.model.near_names import check_param_names, find_near_name
from utilities.model.principals import Person
from utilities.model.time_ranges import zone_names
from utilities.playlists.dry_run import describe_quiet, describe_schedule, describe_slot, describe_window
from utilities.playlists.model import BoardTrouble, Playlist
from utilities.playlists.moments import parse_dry_run_time
from utilities.rendering.screen_faults import screen_glass
from utilities.screens.command_log import ScreenAction
from utilities.screens.model import ScreenRecord
from utilities.services import server_zone

ONE_WEEK = timedelta(days=7)


class PlaylistHandler(BaseHandler):
    """Base of the pages about playlists."""

    @property
    def zone(self) -> tzinfo:
        """The zone of the server, which is that of screens without one of their own."""
        return server_zone(self.services.settings)

    @property
    def titles(self) -> dict[str, str]:
        return {board.name: board.title for board in self.services.boards}

    def now_text(self, name: str, playlist: Playlist) -> str:
        """Returns what hangs now on screens in the server's zone."""
        now = self.services.clock()
        slot = self.services.director.programmes.find_slot(name, playlist, self.zone, now)
        return describe_slot(playlist, slot, self.zone, self.titles, now)

    def parse_names(self, *accepted: str) -> None:
        """Raises HttpProblem for a parameter that this page does not have."""
        try:
            check_param_names(self.request.query_arguments, accepted)
        except ParameterError as error:
            raise HttpProblem(400, f"{error}.") from None


class ScreenProgramme(PlaylistHandler):
    """What one screen shows: a board or a playlist, and in which time zone; a POST changes it at once."""

    async def get(self, number: str) -> None:
        await self.render_form(await self.find_screen(number))

    async def post(self, number: str) -> None:
        screen = await self.find_screen(number)
        shows, zone = self.get_body_argument("shows", ""), self.get_body_argument("zone", "").strip()
        playlist = shows.removeprefix(PLAYLIST_PREFIX) if shows.startswith(PLAYLIST_PREFIX) else ""
        if self.services.boards.get(shows) is None and self.services.playlists.get(playlist) is None:
            await self.render_form(screen, "Choose what it shows from the list.", zone)
        elif zone and zone not in zone_names():
            near = find_near_name(zone, zone_names())
            hint = f"did you mean {near}?" if near else "write one like Europe/Berlin, or nothing for the server's."
            await self.render_form(screen, f"There is no such time zone; {hint}", zone)
        else:
            await self.change_programme(screen, "" if playlist else shows, playlist, zone)

    async def change_programme(self, screen: ScreenRecord, board: str, playlist: str, zone: str) -> None:
        """Gives a screen a board or a playlist, unless it cannot be read from there and nobody insists."""
        insisted_by = None
        try:
            check_legible(self.services, screen_glass(screen), board, playlist)
        except IllegibleBoard as error:
            if not self.get_body_argument(INSIST, ""):
                await self.render_form(screen, describe_fault_of_field(error).removesuffix("."), zone, insists=True)
                return
            insisted_by = cast(Person, self.principal).label
        await self.authenticator.screens.registry.change_shown(
            screen.number, board, playlist, zone or None, insisted_by
        )
        await self.log_change(
            screen, f"{PLAYLIST_PREFIX}{playlist}" if playlist else board, zone, insisted_by is not None
        )
        self.services.director.wake()
        self.redirect("/screens", status=303)

    async def log_change(self, screen: ScreenRecord, shows: str, zone: str, is_illegible: bool) -> None:
        """Writes what a screen shows from now on to its log."""
        playlist = self.services.playlists.get(shows.removeprefix(PLAYLIST_PREFIX))
        name = (playlist.title if playlist is not None else "") or self.titles.get(shows, shows)
        words = f"{name}, {zone or 'in the zone of the server'}"
        words += ", although it cannot be read from there" if is_illegible else ""
        commands, person = self.services.director.programmes.commands, cast(Person, self.principal).label
        await commands.send(screen.number, ScreenAction.SHOWS, person, words)

    async def find_screen(self, number: str) -> ScreenRecord:
        """Returns the screen. Raises HTTPError 404."""
        screen = await self.authenticator.screens.registry.get_screen(int(number))
        if screen is None:
            raise HTTPError(404)
        return screen

    async def render_form(
        self, screen: ScreenRecord, fault: str = "", zone: str | None = None, *, insists: bool = False
    ) -> None:
        if fault:
            self.set_status(422)
        self.render_page(
            "screens/shows.html",
            here="/screens",
            screen=screen,
            shows=self.get_body_argument("shows", "")
            or (f"{PLAYLIST_PREFIX}{screen.playlist}" if screen.playlist else screen.board),
            insists=insists,
            playlists=list(self.services.playlists),
            titles=self.titles,
            zone=screen.time_zone or "" if zone is None else zone,
            server_zone_name=getattr(self.zone, "key", None) or "the server's",
            fault=fault,
        )


class PlaylistListPage(PlaylistHandler):
    """All playlists, with what hangs now."""

    def get(self) -> None:
        self.parse_names()
        playlists = self.services.playlists
        rule_faults = find_rule_faults(playlists.book, self.services.boards)
        self.render_page(
            "screens/playlists.html",
            here="/screens",
            playlists=[(name, each, self.now_text(name, each)) for name, each in playlists],
            titles=self.titles,
            fault=playlists.fault,
            missing=list(map(str, (*playlists.book.board_faults(self.titles), *rule_faults))),
            rules=playlists.book.takeovers,
        )


class PlaylistPage(PlaylistHandler):
    """One playlist: a week of it, its items, and a dry run."""

    def get(self, name: str) -> None:
        self.parse_names("at", "week")
        playlist = self.services.playlists.get(name)
        if playlist is None:
            raise HTTPError(404)
        now = self.services.clock()
        today = now.astimezone(self.zone).date()
        first = self.parse_week(today)
        self.render_page(
            "screens/playlist.html",
            here="/screens",
            name=name,
            playlist=playlist,
            now_text=self.now_text(name, playlist),
            week=plan_week(playlist, self.zone, first, self.titles, self.missing(playlist)),
            weeks={"before": first - ONE_WEEK, "this": first, "next": first + ONE_WEEK},
            today=today,
            now_left=self.part_of_day(now),
            titles=self.titles,
            zone_name=timezone_words(getattr(self.zone, "key", None) or "the server's"),
            fault=self.services.playlists.fault,
            describe_window=describe_window,
            describe_quiet=describe_quiet,
            format_date=format_date,
            **self.dry_run(playlist, now),
        )

    def missing(self, playlist: Playlist) -> dict[str, BoardTrouble]:
        """Returns the boards of a playlist that do not exist; the others may have figures by then."""
        return {item.board: BoardTrouble.MISSING for item in playlist.items if item.board not in self.titles}

    def part_of_day(self, now: datetime) -> str:
        local = now.astimezone(self.zone)
        return f"{100 * (local.hour * 60 + local.minute) / 1440:.2f}%"

    def parse_week(self, today: date) -> date:
        """Returns the Monday of the week in the address, or of this week."""
        text = self.get_query_argument("week", "")
        try:
            day = date.fromisoformat(text) if text else today
            day = day if abs(day - today) < 520 * ONE_WEEK else today
            return day - timedelta(days=day.weekday())
        except ValueError:
            raise HttpProblem(400, "`week` must be a date like 2026-11-23.") from None

    def dry_run(self, playlist: Playlist, now: datetime) -> dict[str, Any]:
        """Returns the lines for the moment in the address, or what is wrong with it."""
        text = self.get_query_argument("at", "").strip()
        troubles = (
            self.services.director.programmes.find_troubles(playlist) if text in ("", "now") else self.missing(playlist)
        )
        try:
            at = parse_dry_run_time(text or "now", self.zone, now)
        except ParameterError as error:
            self.set_status(422)
            return {"at": text, "at_fault": str(error)}
        local = at.astimezone(self.zone)
        answer, changes = describe_schedule(playlist, self.zone, at, self.titles, troubles)
        at_text = f"{format_date(local.date())}, {local:%H:%M}"
        return {"at": text, "answer": answer, "changes": changes, "at_text": at_text, "at_fault": ""}
