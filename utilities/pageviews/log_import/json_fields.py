"""The fields of JSON access logs under all of their names."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

MAX_DEPTH = 4  # objects within one another
FIELD_NAMES = {
    "host": "originalHost host http_host authority server_name vhost virtual_host domain domainName request.host "
    "request.authority request.headers.Host req.headers.host headers.Host RequestHost RequestAddr "
    "ClientRequestHost url.domain hostname cs_host reqHost",
    "address": "ClientHost remote_addr client_ip remote_ip clientip remote_host ip remoteIp client_addr realip "
    "request.client_ip request.remote_ip request.remote_addr ClientAddr ClientIP httpRequest.remoteIp "
    "source.ip client.ip remote_address req.remoteAddress downstream_remote_address client c_ip cliIP remote",
    "forwarded": "http_x_forwarded_for x_forwarded_for fwd xff forwarded_for request.headers.X-Forwarded-For "
    "request_X-Forwarded-For headers.X-Forwarded-For req.headers.x-forwarded-for",
    "at": "time_iso8601 time_local msec timestamp @timestamp ts StartUTC StartLocal EdgeStartTimestamp "
    "start_time started_at requestTime time date datetime reqTimeSec EdgeEndTimestamp",
    "method": "request_method method verb request.method RequestMethod ClientRequestMethod "
    "httpRequest.requestMethod http.request.method http_method req.method cs_method reqMethod",
    "target": "originalRequestUriWithArgs request_uri request RequestPath ClientRequestURI request.uri request.url "
    "request.path uri path request_path url request_url httpRequest.requestUrl url.original url.path "
    "req.url req cs_uri_stem ClientRequestPath reqPath",
    "query": "args query_string query querystring request_query url.query cs_uri_query ClientRequestQuery queryStr",
    "status": "status status_code response code DownstreamStatus OriginStatus EdgeResponseStatus httpRequest.status "
    "http.response.status_code response.status response.status_code response_code response_status "
    "http_status http_status_code res.statusCode sc_status",
    "referrer": "http_referer http_referrer referer referrer request.headers.Referer request_Referer "
    "ClientRequestReferer httpRequest.referer http.request.referrer headers.Referer req.headers.referer",
    "agent": "http_user_agent user_agent agent useragent request.headers.User-Agent request_User-Agent "
    "ClientRequestUserAgent httpRequest.userAgent user_agent.original headers.User-Agent "
    "req.headers.user-agent ua",
    "title": "title",
    "screen": "screen",
    "content_type": "resp_headers.Content-Type response.headers.Content-Type sent_http_content_type "
    "upstream_http_content_type downstream_Content-Type origin_Content-Type EdgeResponseContentType "
    "http.response.mime_type res.headers.content-type sc_content_type rspContentType",
    "language": "http_accept_language request.headers.Accept-Language request_Accept-Language",
}
"""The names of each field, the better one first. nginx's are its variables, Apache's those people usually write in
`LogFormat`; Caddy 2: caddyserver.com/docs/caddyfile/directives/log; Traefik: the fields of its access log; Google's
load balancer: `httpRequest`; Cloudflare: Logpush, "HTTP requests"; `url.path` and the like: Elastic Common Schema;
`authority`: Envoy; `req` and `res`: pino; `req` and `ua` as texts: LTSV (ltsv.org). No server
writes titles and screen widths, but programs may."""
HEADER_PLACES = ("request.headers.", "req.headers.", "headers.", "request", "http", "")
"""What is before the name of a request's header: Caddy, pino, others; `request_DNT` (Traefik), `http_dnt` (nginx)."""
HEADER_OBJECTS = ("request.headers.", "headers.", "req.headers.")
"""With such objects a missing user-agent is one that the client did not send."""
SEPARATORS = re.compile(r"[-_ :@]")


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """Returns a name without case and separators: `clientIP`, `client-ip` and `Client_Ip` are one."""
    return SEPARATORS.sub("", name).lower()


PLAIN_NAMES = {field: tuple(map(plain_name, names.split())) for field, names in FIELD_NAMES.items()}


class JsonFields:
    """The texts of an object by plain name; objects within it have dots in their names, of lists the first counts."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.texts: dict[str, str] = {}
        self._add_object(record, "", 0)

    def _add_object(self, record: Mapping[str, Any], prefix: str, depth: int) -> None:
        for name, value in record.items():
            place = prefix + plain_name(name)
            if isinstance(value, dict):
                self.texts.setdefault(f"{place}.", "")  # an empty object is there, too
                if depth < MAX_DEPTH:
                    self._add_object(value, f"{place}.", depth + 1)
            elif self.texts.get(place, "-") in ("", "-"):
                self.texts[place] = value_text(value)

    def texts_of(self, field: str) -> Iterator[str]:
        """Yields the texts of a field under all of its names."""
        for name in PLAIN_NAMES[field]:
            text = self.texts.get(name, "")
            if text not in ("", "-"):
                yield text

    def header(self, name: str) -> str:
        """Returns a header of the request, '' for none."""
        name = plain_name(name)
        return next(filter(None, (self.texts.get(place + name, "") for place in HEADER_PLACES)), "")

    def first(self, field: str) -> str:
        return next(self.texts_of(field), "")

    def has(self, field: str) -> bool:
        """Whether the format has the field, which may be empty in this line."""
        return any(name in self.texts for name in PLAIN_NAMES[field])

    def has_agents(self) -> bool:
        """Whether the format has user-agents, also where this client did not send one."""
        return self.has("agent") or any(name.startswith(HEADER_OBJECTS) for name in self.texts)


def value_text(value: object) -> str:
    """Returns a value as text, '' for null, a bool and an empty list; some programs put marks around texts."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).replace("\0", "")
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text if text.isascii() else replace_surrogates(text)


def replace_surrogates(text: str) -> str:
    r"""Replaces lone surrogates such as `\ud83c`, which JSON allows and UTF-8 does not."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
