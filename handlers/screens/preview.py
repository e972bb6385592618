"""/screens/<number>/preview: a board as this screen shows it, at the exact size of its glass, scaled for a desk."""

from tornado.web import HTTPError

from handlers.base.security_headers import CONTENT_SECURITY_POLICY
from handlers.screens.legibility import list_legibility
from handlers.screens.screen_list import ScreenPagesHandler
from handlers.screens.show import allow_own_frames
from utilities.rendering.screen_faults import screen_glass
from utilities.rendering.type_steps import Glass

PREVIEW_WIDTHS = ((0, 320), (704, 640), (1024, 960), (1280, 1160))
"""From which width of the window on, and how wide the picture may be, in px."""

MAX_PREVIEW_HEIGHT = 640


def preview_css(glass: Glass, safe_area: float) -> str:
    """Returns the sizes of the picture: no attribute `style` may have them."""
    left, top = glass.width * safe_area / 100, glass.height * safe_area / 100
    rules = [
        ".glass { position: relative; overflow: hidden; background: #000; }",
        f".glass iframe {{ position: absolute; border: 0; transform-origin: 0 0; "
        f"width: {glass.width - 2 * left:.0f}px; height: {glass.height - 2 * top:.0f}px; }}",
    ]
    for window, width in PREVIEW_WIDTHS:
        scale = min(width / glass.width, MAX_PREVIEW_HEIGHT / glass.height)
        size = f"width: {glass.width * scale:.2f}px; height: {glass.height * scale:.2f}px"
        place = f"left: {left * scale:.2f}px; top: {top * scale:.2f}px; transform: scale({scale:.5f})"
        rules.append(f"@media (min-width: {window}px) {{ .glass {{ {size} }} .glass iframe {{ {place} }} }}")
    return "\n".join(rules)


class ScreenPreview(ScreenPagesHandler):
    """The page with the picture, and what cannot be read on it."""

    async def get(self, number: str) -> None:
        screen = await self.find_paired(number)
        boards = list_legibility(screen, self.services)
        named = self.get_query_argument("board", "")
        board = self.services.boards.get(named) if named else boards[0].board if boards else None
        if board is None:
            raise HTTPError(404)
        received = (await self.authenticator.screens.beats.latest([screen.number])).get(screen.number)
        policy = CONTENT_SECURITY_POLICY + "; frame-src 'self'"
        self.set_header("Content-Security-Policy", policy)
        self.render_page(
            "screens/preview.html",
            here="/screens",
            screen=screen,
            board=board,
            boards=sorted(self.services.boards, key=lambda each: each.title),
            glass=screen_glass(screen),
            tier=received.tier_name if received is not None else "",
            faults=next((each.faults for each in boards if each.board is board), []),
        )


class PreviewStyles(ScreenPagesHandler):
    """The style sheet of the picture."""

    async def get(self, number: str) -> None:
        screen = await self.find_paired(number)
        self.set_header("Content-Type", "text/css; charset=UTF-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(preview_css(screen_glass(screen), screen.safe_area or 0.0))


class PreviewBoard(ScreenPagesHandler):
    """The board itself, with the type of this screen and figures of this moment; it opens no stream."""

    async def get(self, number: str, board: str) -> None:
        glass = screen_glass(await self.find_paired(number))
        await self.services.walls.wait_until_drawn(board, glass)
        sees_private = self.services.fleet.sees_private(int(number))
        page = self.services.walls.render_page(board, sees_private=sees_private, for_screen=True, glass=glass)
        if page is None:
            raise HTTPError(404)
        allow_own_frames(self)
        self.finish(page.replace(b' data-stream="', b' data-still="', 1))
