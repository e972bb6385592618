"""Beacon requests for the load generator: 2,000 readers of 500 pages, as browsers send them."""

from random import Random
from urllib.parse import quote

AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 "
    "Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1",
)
REFERRERS = ("", "", "https://www.google.com/", "https://news.ycombinator.com/", "https://lobste.rs/s/abc")
PAGES, READERS, REQUESTS = 500, 2000, 5000


def beacon_requests(host: str, seed: int = 1) -> list[bytes]:
    """Returns REQUESTS requests for `/a.gif` as bytes; each reader always has the same browser."""
    random = Random(seed)
    return [beacon_request(host, random.randrange(PAGES), random.randrange(READERS), random) for _ in range(REQUESTS)]


def beacon_request(host: str, page: int, reader: int, random: Random) -> bytes:
    url = quote(f"https://www.example.com/section-{page % 20}/page-{page}", safe="")
    referrer = quote(random.choice(REFERRERS), safe="")
    title = quote(f"Page number {page} of the site", safe="")
    return (
        f"GET /a.gif?url={url}&ref={referrer}&t={title}&w=1440&l=de-DE&z=Europe%2FBerlin HTTP/1.1\r\n"
        f"Host: {host}\r\nUser-Agent: {AGENTS[reader % len(AGENTS)]}\r\nAccept: image/avif,image/webp,*/*\r\n"
        f"Accept-Language: de-DE,de;q=0.9,en;q=0.6\r\nAccept-Encoding: gzip, deflate, br\r\n"
        f"X-Forwarded-For: 87.150.{reader // 250}.{reader % 250}\r\n\r\n"
    ).encode()
