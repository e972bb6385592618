"""What a server sees of a visitor: user agent, address, language and screen width."""

from dataclasses import dataclass
from zlib import crc32

from demo.world.people import Person

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"

AGENTS = {
    ("Macintosh", "Chrome"): f"{MAC} {CHROME} Safari/537.36",
    ("Macintosh", "Safari"): f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    ("Macintosh", "Firefox"): "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
    ("Windows", "Chrome"): f"{WINDOWS} {CHROME} Safari/537.36",
    ("Windows", "Edge"): f"{WINDOWS} {CHROME} Safari/537.36 Edg/142.0.0.0",
    ("Windows", "Opera"): f"{WINDOWS} {CHROME} Safari/537.36 OPR/124.0.0.0",
    ("Windows", "Firefox"): "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    ("Linux", "Chrome"): f"{LINUX} {CHROME} Safari/537.36",
    ("Linux", "Firefox"): "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    ("Chrome OS", "Chrome"): f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36",
    ("iOS", "Safari"): f"{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1",
    ("iOS", "Safari (in-app)"): f"{IPHONE} Mobile/15E148",
    ("Android", "Chrome"): f"{ANDROID} {CHROME} Mobile Safari/537.36",
    ("Android", "Samsung Internet"): f"{ANDROID} AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 "
    "Chrome/136.0.0.0 Mobile Safari/537.36",
    ("Android", "Android Webview"): "Mozilla/5.0 (Linux; Android 15; 23127PN0CC; wv) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Version/4.0 Chrome/142.0.7444.48 Mobile Safari/537.36",
    ("Tizen", "Samsung Internet"): "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) AppleWebKit/537.36 (KHTML, like Gecko) "
    "85.0.4183.93/6.5 TV Safari/537.36",
}
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148"
)
ODD = "Mozilla/5.0 (Windows NT 10.0) <b>Bold</b> 'Browser' & Co/1.0"

NETWORKS = {
    "US": "73.93", "DE": "87.150", "GB": "86.150", "IN": "49.36", "FR": "90.63", "NL": "84.84", "CA": "99.230",
    "PL": "83.8", "BR": "177.32", "ES": "88.10", "SE": "81.230", "CH": "85.2", "JP": "126.60", "AU": "101.170",
    "CZ": "90.178", "AT": "91.114", "TR": "78.170", "NG": "105.112", "CI": "160.154",
}  # fmt: skip
"""The first half of addresses that a large provider of each country has, so that `GEOIP_DB` knows them: the demo's own
(demo/world/places.mmdb, written with mmdb_writer 0.2.7), or a real one."""
NOWHERE = "198.51"  # 198.51.100.0/24 is for examples, and no country has it
LANGUAGES = {
    "English": "en", "German": "de", "French": "fr", "Dutch": "nl", "Polish": "pl", "Portuguese": "pt", "Spanish": "es",
    "Swedish": "sv", "Japanese": "ja", "Czech": "cs", "Turkish": "tr",
}  # fmt: skip


@dataclass(frozen=True)
class Browser:
    """One visitor's browser; `address` is its IP address."""

    agent: str
    address: str
    language: str
    screen: int  # px, 0 when it does not say


def browser_of(person: Person, number: int) -> Browser:
    """Returns the browser of the visitor with this number, always the same one."""
    code, device = person.place.code, person.device
    spread = crc32(str(number).encode())
    network = NETWORKS.get(code)
    address = f"{network}.{spread % 256}.{spread // 256 % 254 + 1}" if network else f"{NOWHERE}.100.{spread % 254 + 1}"
    language = LANGUAGES.get(person.place.language, "")
    width = device.screen.partition("x")[0]
    return Browser(
        agent=agent_of(device.system, device.browser, device.category),
        address=address,
        language=f"{language}-{code}" if language and len(code) == 2 else "en-US",
        screen=int(width) if width.isdigit() else 0,
    )


def agent_of(system: str, browser: str, category: str) -> str:
    if (system, category) == ("iOS", "tablet"):
        return f"{IPAD} Safari/604.1"
    agent = AGENTS.get((system, browser), ODD)
    return agent.replace(" Mobile Safari", " Safari") if category == "tablet" else agent
