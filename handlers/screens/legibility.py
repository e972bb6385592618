"""What cannot be read on a screen, and the forms for its size, its distance and what its edges hide."""

from tornado.web import HTTPError

from handlers.base.public_origin import public_origin
from handlers.screens.pair import parse_length
from handlers.screens.qr_code import draw_qr
from handlers.screens.screen_list import ScreenPagesHandler
from handlers.screens.show import ShowHandler, allow_own_frames
from utilities.model.errors import ParameterError
from utilities.rendering.screen_faults import BoardLegibility, list_board_faults, screen_glass
from utilities.screens.commands import CALIBRATION
from utilities.screens.model import SAFE_AREA_PERCENT, ScreenRecord
from utilities.services import Services

SAFE_AREA_STEP = 0.5


def list_legibility(screen: ScreenRecord, services: Services) -> list[BoardLegibility]:
    """Returns for each board of a screen what cannot be read from where people stand."""
    return list_board_faults(screen, services.boards, services.playlists, services.views, services.reports)


class ScreenSize(ScreenPagesHandler):
    """How large a screen is and how far away people stand, with what cannot be read then; a POST changes it."""

    async def get(self, number: str) -> None:
        screen = await self.find_paired(number)
        self.render_form(screen, f"{screen.diagonal_inches:g}", f"{screen.distance_m:g}")

    async def post(self, number: str) -> None:
        screen = await self.find_paired(number)
        diagonal, distance = (
            self.get_body_argument("diagonal", "").strip(),
            self.get_body_argument("distance", "").strip(),
        )
        try:
            size = parse_length("diagonal", diagonal), parse_length("distance", distance)
            await self.commands.set_glass(screen.number, *size, self.person_label)
        except ParameterError as error:
            self.set_status(422)
            self.render_form(screen, diagonal, distance, str(error))
            return
        await self.authenticator.screens.registry.refresh()
        self.redirect(f"/screens/{screen.number}?done=glass", status=303)

    def render_form(self, screen: ScreenRecord, diagonal: str, distance: str, fault: str = "") -> None:
        self.render_page(
            "screens/size.html", here="/screens", screen=screen, diagonal=diagonal, distance=distance, fault=fault
        )


class ScreenCalibration(ScreenPagesHandler):
    """The page on a telephone that moves the edges of the picture until the glass shows all of it."""

    async def get(self, number: str) -> None:
        self.render_form(await self.find_paired(number))

    async def post(self, number: str) -> None:
        screen = await self.find_paired(number)
        text = self.get_body_argument("safe-area", "")
        try:
            if text:
                await self.commands.set_safe_area(screen.number, parse_length("safe-area", text), self.person_label)
            else:
                await self.commands.calibrate(screen.number, self.person_label)
        except ParameterError as error:
            self.set_status(422)
            self.render_form(screen, str(error))
            return
        await self.authenticator.screens.registry.refresh()
        self.services.director.wake()
        self.redirect(f"/screens/{screen.number}/calibration", status=303)

    def render_form(self, screen: ScreenRecord, fault: str = "") -> None:
        hold = self.commands.current_hold(screen.number, self.services.clock())
        least, most = SAFE_AREA_PERCENT
        current = screen.safe_area or 0.0
        self.render_page(
            "screens/calibration.html",
            here="/screens",
            screen=screen,
            current=current,
            smaller=min(current + SAFE_AREA_STEP, most),
            larger=max(current - SAFE_AREA_STEP, least),
            is_shown=hold is not None and hold.board == CALIBRATION,
            fault=fault,
        )


class CalibrationGlass(ShowHandler):
    """A frame at the edges of the picture, and text of the smallest legible size."""

    def get(self, number: str) -> None:
        screen = self.screen
        hold = self.services.director.programmes.commands.current_hold(screen.number, self.services.clock())
        if hold is None or hold.board != CALIBRATION or hold.number != int(number):
            raise HTTPError(404)
        address = f"{public_origin(self)}/screens/{screen.number}/calibration"
        glass = screen_glass(screen)
        allow_own_frames(self)
        self.render_page(
            "screens/calibrate.html",
            screen=screen,
            qr=draw_qr(address),
            address=address.partition("://")[2],
            text_height=f"{100 * glass.min_text / min(glass.width, glass.height) * glass.pixel:.2f}",
        )
