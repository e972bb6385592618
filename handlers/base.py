"""What every handler shares: the process's services, pages and the rule that somebody must be allowed."""

from typing import Any, cast

from tornado.web import RequestHandler

from utilities.services import Services


class BaseHandler(RequestHandler):
    """Denies by default; see handlers/access.py for who may do what."""

    @property
    def services(self) -> Services:
        return cast(Services, self.settings["services"])

    def page(self, template: str, **context: Any) -> None:
        """Renders `templates/<template>` and finishes."""
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(self.services.templates.get_template(template).render(principal=None, **context))
