"""What a paired screen loads besides boards: the stream that says what to show, and the page of a takeover."""

from tornado.web import HTTPError

from handlers.base.handler import BaseHandler
from handlers.base.public_origin import public_origin
from handlers.base.security_headers import CONTENT_SECURITY_POLICY
from handlers.boards.wall import WallHandler, open_event_stream
from handlers.screens.qr_code import draw_qr
from utilities.broadcast.message_layout import fit_name, layout_message
from utilities.broadcast.programmes import ShownScreen
from utilities.model.formats import format_date_and_time, format_time_of_day
from utilities.screens.model import ScreenRecord
from utilities.services import Services, server_zone

OWN_FRAMES_POLICY = CONTENT_SECURITY_POLICY.replace(
    "frame-ancestors 'none'", "frame-ancestors 'self'; frame-src 'self'"
)


def shown_screen(screen: ScreenRecord, services: Services) -> ShownScreen:
    """Returns a screen as far as it matters for what it shows."""
    return ShownScreen.of(screen, server_zone(services.settings))


def allow_own_frames(handler: BaseHandler) -> None:
    """Lets the page of a screen show boards in frames; no other site may."""
    handler.set_header("Content-Security-Policy", OWN_FRAMES_POLICY)
    handler.set_header("X-Frame-Options", "SAMEORIGIN")


class ShowHandler(WallHandler):
    """Base of what the page of a screen loads."""

    never_redirects = True

    @property
    def screen(self) -> ScreenRecord:
        """The paired screen of this request. Raises HTTPError 401 when it has been unpaired meanwhile."""
        secret = self.authenticator.cookies.read_screen(self.request)
        screen = None if secret is None else self.authenticator.screens.registry.cached_screen(secret)
        if screen is None or not screen.is_paired:
            raise HTTPError(401)
        return screen


class ShowEventStream(ShowHandler):
    """Tells a screen what to show now, and again whenever that changes."""

    def get(self) -> None:
        screen = self.screen
        ended = self.authenticator.screens.registry.watch_screen(screen)
        shown = shown_screen(screen, self.services)
        pipe = open_event_stream(self)
        last = self.get_query_argument("last", "")
        self.services.director.add_screen(
            shown,
            pipe,
            chunked=self.request.version == "HTTP/1.1",
            session_end=ended,
            last_command=int(last) if last.isascii() and last.isdigit() and len(last) < 16 else None,
        )


class TakeoverGlass(ShowHandler):
    """The page of a takeover, at most as long as it lasts, for the screens that it is for."""

    def get(self, number: str) -> None:
        screen, now = self.screen, self.services.clock()
        takeover = self.services.takeovers.current(screen.number, now)
        if takeover is None or takeover.number != int(number):
            raise HTTPError(404)
        zone = shown_screen(screen, self.services).zone
        length = (takeover.ends_at - takeover.begins_at).total_seconds()
        left = max((takeover.ends_at - now).total_seconds(), 0)
        board = self.services.boards.get(screen.board)
        playlist = self.services.playlists.get(screen.playlist)
        allow_own_frames(self)
        self.render_page(
            "screens/takeover.html",
            takeover=takeover,
            wide=layout_message(takeover.message),
            upright=layout_message(takeover.message, upright=True),
            begins=format_time_of_day(takeover.begins_at, zone),
            ends=format_time_of_day(takeover.ends_at, zone),
            follows=board.title if board else (playlist.title or screen.playlist) if playlist else "",
            left_ms=int(left * 1000),
            length_ms=int(length * 1000),
            part=f"{100 * left / length:.2f}%",
            minutes=max(1, -int(-left // 60)),
            clock=format_date_and_time(now, zone),
            place=public_origin(self).partition("://")[2],
        )


class IdentifyGlass(ShowHandler):
    """The name of a screen as large as it fits, and a way to its own page."""

    def get(self, number: str) -> None:
        screen, now = self.screen, self.services.clock()
        programmes = self.services.director.programmes
        hold = programmes.commands.current_hold(screen.number, now)
        if hold is None or hold.board or hold.number != int(number):
            raise HTTPError(404)
        shown = shown_screen(screen, self.services)
        path = programmes.programme_picture(shown, now).path
        board = self.services.boards.get(path.rpartition("/")[2])
        address = f"{public_origin(self)}/screens/{screen.number}"
        allow_own_frames(self)
        self.render_page(
            "screens/identify.html",
            screen=screen,
            wide=fit_name(screen.name),
            upright=fit_name(screen.name, upright=True),
            follows=board.title if board is not None else "",
            paired=f"{screen.paired_at.astimezone(shown.zone).day} {screen.paired_at.astimezone(shown.zone):%B}",
            ends=format_time_of_day(hold.ends_at, shown.zone),
            qr=draw_qr(address),
            address=address.partition("://")[2],
            clock=format_date_and_time(now, shown.zone),
        )
