"""Without sign-in only this machine may look: finds the signs of a proxy in a request."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from handlers.base.allowed_hosts import LOOPBACK_HOST_NAMES, is_loopback_host
from utilities.http.client_address import is_loopback

# Words in the names of headers that proxies, load balancers, gateways and content networks add, whoever makes them.
PROXY_WORD = re.compile(
    r"forward|prox|(^|-)via($|-)|client-?(addr|cert|host|ip|port|proto|verify)|connecting|(^|-)(real|remote|source|src)-"
    r"|(^|-)ip(s|4|6|v4|v6)?($|-)|(^|-)ip-?(addr|address|city|country|region)|orig(inal)?-(for|host|path|proto|scheme|uri|url)"
    r"|original-|rewrite|(^|-)cdn($|-)|cdn-|(^|-)edge($|-)|ingress|gateway|balanc|(^|-)lb-|tunnel|upstream|cache-hops"
    r"|max-forwards|(request|queue)-start|script-name|(url|^x)-(scheme|proto|protocol|host|port|https?|ssl|tls)$"
    r"|(^|-)ssl-|x-ssl|x-tls-|front-?end|surrogate|trace-context$|trace-id$|host-override"
    r"|x-(server|backend|authenticated|replaced|coming|hop|cache|consumer|fd|sendfile|quic)|geo-?ip|country-?code|rndr-",
    re.IGNORECASE,
)
# And the names of those that have a prefix of their own: Cloudflare, CloudFront, Fastly, Fly, Akamai, AWS, Azure,
# Google, IIS, Envoy, Varnish, Vercel, Netlify, Tailscale, ngrok, Alibaba, Imperva, Sucuri, nginx and more.
PROXY_PREFIX = re.compile(
    r"(x-)?(cf|cloudfront|cloudflare|fastly|fly|akamai|amzn?|azure|ms|arr|appengine|appgw|goog(le)?|gfe|envoy|varnish"
    r"|vercel|nf|netlify|render|railway|heroku|traefik|haproxy|nginx|accel|caddy|tailscale|ngrok|coder|ali|eagleeye|incap"
    r"|sucuri|iinfo|wl|bluecoat|openresty|datadog|squid|b3|auth-request|oauth2|goog-iap|iap|pomerium|zscaler|wap|up)-.+|true-client-.+|x-(varnish|iinfo)",
    re.IGNORECASE,
)

LOCAL_ONLY = "Without sign-in, Foyer answers on its own machine only."
OPEN_IT = "Set GOOGLE_CLIENT_ID to open it to your company."


def local_only_refusal(request: HTTPServerRequest) -> str:
    """Returns why a request is not from this machine itself, as a sentence; '' when it is."""
    if not is_loopback(request.remote_ip or ""):
        return f"{LOCAL_ONLY} {OPEN_IT}"
    if not is_loopback_host(request.headers.get("Host", "")):
        return f"{LOCAL_ONLY} Open it as localhost there. {OPEN_IT}"
    if request.version == "HTTP/1.0":
        return f"{LOCAL_ONLY} This request came through a proxy, because it is HTTP/1.0. {OPEN_IT}"
    if any(is_proxy_header(name) for name in request.headers):
        return f"{LOCAL_ONLY} This request came through a proxy, because it has a proxy's header. {OPEN_IT}"
    if not all(is_loopback_url(url) for url in own_page_urls(request)):
        return f"{LOCAL_ONLY} This request came through a proxy, because its page has another address. {OPEN_IT}"
    return ""


@lru_cache(1024)
def is_proxy_header(name: str) -> bool:
    """Whether a proxy adds a header of this name, and browsers and programs do not."""
    return bool(PROXY_WORD.search(name) or PROXY_PREFIX.fullmatch(name))


def own_page_urls(request: HTTPServerRequest) -> list[str]:
    """Returns the address of the page that sent a request, if the browser says that it was a page of Foyer."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    return [request.headers[name] for name in ("Origin", "Referer") if name in request.headers]


def is_loopback_url(url: str) -> bool:
    """Whether the URL is at one of this machine's own names."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host in LOOPBACK_HOST_NAMES or f"[{host}]" in LOOPBACK_HOST_NAMES
