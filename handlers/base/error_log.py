"""Logs the errors of requests, without anything secret that the request carries."""

import logging

from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError

from handlers.base.errors import status_for_error
from handlers.base.loggable_path import loggable_path
from utilities.model.errors import StateDown, StoreDown

log = logging.getLogger("foyer.handlers")


def log_request_error(
    error: BaseException | None, request: HTTPServerRequest, request_id: str, *, is_stranger: bool
) -> None:
    """Logs one line; `is_stranger` for addresses that anybody calls, who could fill the disk with refused requests."""
    path = loggable_path(request.path)
    what = f"{request.method} {path}, request {request_id}"
    extra = {"method": request.method, "path": path, "request_id": request_id}
    if isinstance(error, HTTPError):
        if error.log_message and not is_stranger:
            log.warning("%d %s: %s", error.status_code, what, error.get_message(), extra=extra)
    elif isinstance(error, StateDown | StoreDown):
        log.debug("%s: %s", what, error, extra=extra)  # the outage has its own line, one for all requests
    elif status_for_error(error, 500) < 500:
        log.warning("%s: %s", what, error, extra=extra)
    elif status_for_error(error, 0):
        log.error("%s: %s", what, error, extra=extra)
    else:
        log.error("uncaught in %s", what, exc_info=error, extra=extra)
