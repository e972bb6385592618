"""The access log: one line for each request, without the query, which carries codes and tokens."""

import logging

from tornado.web import RequestHandler

from handlers.base.handler import BaseHandler
from handlers.base.loggable_path import loggable_path

log = logging.getLogger("foyer.access")


def log_request(handler: RequestHandler) -> None:
    """Logs a finished request; Tornado calls it."""
    request = handler.request
    status = handler.get_status()
    if status < 500 and isinstance(handler, BaseHandler) and not handler.writes_access_log:
        return
    # A 503 is an outage, which has one line of its own and not one for each request.
    level = logging.ERROR if status >= 500 and status != 503 else logging.INFO
    if not log.isEnabledFor(level):
        return
    client = handler.client_address if isinstance(handler, BaseHandler) else request.remote_ip
    request_id = handler.request_id if isinstance(handler, BaseHandler) else ""
    path, milliseconds = loggable_path(request.path), round(1000 * request.request_time(), 1)
    method = request.method if request.method in handler.SUPPORTED_METHODS else "***"  # a client's own word
    log.log(
        level,
        "%d %s %s %s %.1f ms, request %s",
        *(status, method, path, client, milliseconds, request_id),
        extra={
            "status": status,
            "method": method,
            "path": path,
            "client": client,
            "ms": milliseconds,
            "request_id": request_id,
        },
    )
