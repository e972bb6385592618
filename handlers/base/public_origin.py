"""The address of this server, as other machines reach it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handlers.base.handler import BaseHandler


def public_origin(handler: "BaseHandler") -> str:
    """Returns `https://host[:port]`: PUBLIC_URL, or the one of this request."""
    return handler.services.settings.public_url or f"{handler.request.protocol}://{handler.request.host}"
