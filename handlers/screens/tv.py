"""/tv: the page of every television. It shows a code, or the wall of the screen that this television is."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from markupsafe import Markup, escape
from tornado.web import HTTPError

from handlers.base.errors import HttpProblem
from handlers.base.public_origin import public_origin
from handlers.boards.wall import WallEventStream, WallHandler, open_event_stream
from handlers.screens.qr_code import draw_qr
from handlers.screens.show import allow_own_frames, shown_screen
from utilities.accounts.database.sessions import hash_secret
from utilities.accounts.signin.return_url import DEFAULT_RETURN_URL, safe_return_url
from utilities.broadcast.programmes import Picture
from utilities.http.client_address import address_block
from utilities.model.errors import Overloaded, StateDown
from utilities.model.formats import format_date_and_time, format_time_of_day
from utilities.model.principals import PairedScreen, Person
from utilities.pageviews.classify.user_agents import parse_user_agent
from utilities.playlists.schedule import Light
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.screen_faults import screen_glass
from utilities.rendering.type_steps import Glass
from utilities.rendering.walls.sse_events import SseEvent, encode_event
from utilities.screens.codes import format_code
from utilities.screens.model import MAX_USER_AGENT_CHARS, Device, ScreenRecord, describe_browser
from utilities.screens.registry import is_back
from utilities.services import project_version, server_zone

VIEWPORT = re.compile(r"[1-9][0-9]{1,4}x[1-9][0-9]{1,4}", re.ASCII)
CODE_FONT_PX = 100
SHEET = b'<main class="sheet"'
RETRY_SENTENCE = "This page tries again by itself."


@dataclass(frozen=True)
class ShownCode:
    """A code as the page shows it."""

    letters: str
    until: datetime
    qr: Markup
    width: int  # of the letters at CODE_FONT_PX, so that they fill their column


class ScreenHandler(WallHandler):
    """Base of what a television loads."""

    never_redirects = True  # no sign-in page on the glass

    async def count_visit(self) -> None:
        """Raises Overloaded above the rate limit of requests from strangers: each asks the database."""
        if await self.authenticator.screens.visits.count_attempt(address_block(self.client_address)):
            raise Overloaded("Too many televisions ask from this network.")

    def clock_text(self) -> str:
        return format_date_and_time(self.services.clock(), server_zone(self.services.settings))

    def glass(self) -> Glass | None:
        """Returns the glass of the paired screen that asks."""
        secret = self.authenticator.cookies.read_screen(self.request)
        screen = None if secret is None else self.authenticator.screens.registry.cached_screen(secret)
        return None if screen is None else screen_glass(screen)

    async def write_wall(self, screen: int, board: str, welcome: str = "") -> bool:
        """Finishes with the wall of a board, and a welcome above it; returns False for a board that there is not."""
        glass = self.glass()
        await self.walls.wait_until_drawn(board, glass)
        is_zipped = self.accepts_gzip and not welcome  # the page contains nothing of the request
        sees_private = self.services.fleet.sees_private(screen)
        page = self.walls.render_page(
            board, self.theme, sees_private=sees_private, zipped=is_zipped, for_screen=True, glass=glass
        )
        if page is None:
            return False
        allow_own_frames(self)
        if is_zipped:
            self.set_header("Content-Encoding", "gzip")
        notice = f'<p class="greeting" role="status">{escape(welcome)}</p>' if welcome else ""
        self.finish(page.replace(SHEET, notice.encode() + SHEET, 1) if notice else page)
        return True


class TvPage(ScreenHandler):
    """Needs no sign-in. Renews the credential at each visit; a television without one gets a code."""

    async def get(self) -> None:
        registry, secret = self.authenticator.screens.registry, self.authenticator.cookies.read_screen(self.request)
        try:
            if secret is None or registry.cached_screen(secret) is None:
                await self.count_visit()
            screen = None if secret is None else await self.find_screen(secret)
            if screen is not None and screen.is_paired and secret is not None:
                await self.show_wall(screen, secret)
            elif self.wall_url and isinstance(await self.identify_principal(), Person):
                self.redirect(self.wall_url)  # somebody has signed in again
            else:
                await self.show_code(secret, screen)
        except (StateDown, Overloaded) as error:
            self.set_status(503)
            self.render_tv("Foyer cannot pair screens just now.", f"{error} {RETRY_SENTENCE}")

    @property
    def wall_url(self) -> str:
        """The wall of a person whose session has ended; '' for a television."""
        url = safe_return_url(self.get_query_argument("from", DEFAULT_RETURN_URL))
        return url if url.startswith("/boards/") else ""

    async def find_screen(self, secret: str) -> ScreenRecord | None:
        """Returns the screen with this credential; the last known one while the state database is down."""
        registry = self.authenticator.screens.registry
        try:
            return await registry.find_screen(secret)
        except StateDown:
            if (screen := registry.cached_screen(secret)) is None:
                raise
            return screen

    async def show_wall(self, screen: ScreenRecord, secret: str) -> None:
        self.authenticator.cookies.set_screen(self, secret)
        welcome = f"Welcome back, {screen.name}" if is_back(screen, self.services.clock()) else ""
        if not welcome:
            await self.authenticator.screens.registry.record_visit(screen.number)
        if screen.playlist or (self.needs_frames(screen) and self.services.boards.get(screen.board)):
            self.write_show(screen, welcome)
            return
        if await self.write_wall(screen.number, screen.board, welcome):
            return
        where = public_origin(self).partition("://")[2]
        self.render_tv(
            f"{screen.name} has no board to show.",
            f"Its board has been removed. Whoever signs in at {where}/screens can choose another one.",
        )

    def find_picture(self, screen: ScreenRecord) -> Picture:
        programmes = self.services.director.programmes
        return programmes.picture(shown_screen(screen, self.services), self.services.clock())

    def needs_frames(self, screen: ScreenRecord) -> bool:
        """Whether a screen with one board does not show just this now: frames can be moved, and black has none."""
        picture = self.find_picture(screen)
        is_plain = picture.light is Light.FULL and not picture.takeover and picture.brightness is None
        return bool(screen.safe_area) or not is_plain

    def write_show(self, screen: ScreenRecord, welcome: str) -> None:
        """Finishes with the page that shows boards in frames."""
        picture = self.find_picture(screen)
        allow_own_frames(self)
        self.render_page(
            "screens/show.html",
            name=screen.name,
            path=picture.path,
            light=picture.light,
            note=picture.note,
            build=project_version(),
            theme_query=f"?theme={self.theme}" if self.theme else "",
            welcome=welcome,
            safe=screen.safe_area or 0,
        )

    async def show_code(self, secret: str | None, former: ScreenRecord | None) -> None:
        """Shows the code of this television. One that was unpaired gets a new secret: others may know the old one."""
        if secret is None or former is not None:
            secret = secrets.token_urlsafe(32)
        agent = parse_user_agent(self.request.headers.get("User-Agent", "")[:MAX_USER_AGENT_CHARS])
        device = Device(self.client_address, describe_browser(agent.browser, agent.browser_version, agent.system))
        number = former.number if former is not None else None
        requests, limiter = self.authenticator.screens.requests, self.authenticator.screens.limiter
        shown = await requests.find_code(secret)
        if shown is None and await limiter.count_attempt(address_block(self.client_address)):
            raise Overloaded("Too many televisions ask for a code from this network.")
        code, until = shown or await requests.show_code(secret, device, number)
        self.authenticator.cookies.set_screen(self, secret)
        letters = format_code(code)
        width = round(text_width(letters, CODE_FONT_PX, weight=700))
        link = f"{public_origin(self)}/pair?code={letters}"
        self.render_tv("What shall this screen show?", "", ShownCode(letters, until, draw_qr(link), width))

    def render_tv(self, title: str, sentence: str, code: ShownCode | None = None) -> None:
        self.render_page(
            "screens/tv.html",
            title=title,
            sentence=sentence,
            code=code,
            left_ms=max(0, int((code.until - self.services.clock()).total_seconds() * 1000)) if code else 0,
            until=format_time_of_day(code.until, server_zone(self.services.settings)) if code else "",
            place=public_origin(self).partition("://")[2],
            signed_out_from=self.wall_url,
            clock=self.clock_text(),
        )


class TvEventStream(ScreenHandler):
    """Tells a television with a code that a person has answered."""

    async def get(self) -> None:
        screens, secret = self.authenticator.screens, self.authenticator.cookies.read_screen(self.request)
        viewport = self.get_query_argument("size", "")
        address = address_block(self.client_address)
        if secret is None:
            raise HTTPError(404)
        if not screens.waiting.has_room(address):
            raise HttpProblem(503, "Too many televisions wait here.")
        await self.count_visit()
        has_code = await screens.requests.record_viewport(secret, viewport if VIEWPORT.fullmatch(viewport) else "")
        if not has_code:
            raise HTTPError(404)
        pipe = open_event_stream(self)
        is_chunked = self.request.version == "HTTP/1.1"
        screens.waiting.add_stream(pipe, hash_secret(secret), address, self.make_beat, chunked=is_chunked)

    def make_beat(self) -> SseEvent:
        return encode_event("beat", {"clock": self.clock_text()})


class ScreenWallPage(ScreenHandler):
    """A board of this screen as it shows it, for playlists to load beforehand."""

    async def get(self, board: str) -> None:
        if not await self.write_wall(cast(PairedScreen, self.principal).number, board):
            raise HTTPError(404)


class ScreenWallStream(WallEventStream):
    """The events of a board of this screen; ends when the screen is unpaired or shows something else."""

    never_redirects = True

    def get(self, board: str) -> None:
        registry, secret = self.authenticator.screens.registry, self.authenticator.cookies.read_screen(self.request)
        screen = None if secret is None else registry.cached_screen(secret)
        if screen is None or secret is None:  # unpaired since the check of the principal
            raise HTTPError(401)
        self.authenticator.cookies.set_screen(self, secret)
        self.open_stream(board, registry.watch_screen(screen), screen_glass(screen))
