"""/tv/beat: a screen reports what is on its glass."""

from typing import cast

from handlers.base.errors import HttpProblem
from handlers.boards.wall import WallHandler
from utilities.model.errors import ParameterError
from utilities.model.principals import PairedScreen
from utilities.pageviews.classify.user_agents import parse_user_agent
from utilities.screens.beats import parse_beat
from utilities.screens.model import MAX_USER_AGENT_CHARS, describe_browser


class ScreenBeatHandler(WallHandler):
    """Keeps the beat of the screen whose credential the request has."""

    never_redirects = True
    writes_access_log = False  # once a minute from every screen

    async def post(self) -> None:
        try:
            beat = parse_beat(self.request.body, self.settings["redactor"])
        except ParameterError as error:
            raise HttpProblem(400, str(error)) from None
        agent = parse_user_agent(self.request.headers.get("User-Agent", "")[:MAX_USER_AGENT_CHARS])
        browser = describe_browser(agent.browser, agent.browser_version, agent.system)
        number = cast(PairedScreen, self.principal).number
        self.authenticator.screens.beats.record(number, beat, browser)
        registry = self.authenticator.screens.registry
        registry.note_visit(number)
        if beat.width and beat.height:
            await registry.record_viewport(number, f"{beat.width}x{beat.height}")
        self.set_status(204)
        self.finish()
