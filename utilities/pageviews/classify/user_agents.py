"""What people look with: browser, system and kind of device, told from the user-agent."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ua_parser import Parser
from ua_parser.core import Domain
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

BROWSERS = {
    "Android": "Android Browser",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "Edge Mobile": "Edge",
    "Firefox Alpha": "Firefox",
    "Firefox Beta": "Firefox",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "IE Mobile": "IE",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari (in-app)",
    "Opera Mobile": "Opera",
    "Other": "",
}
"""ua-parser's families that are one browser, on another kind of device or ahead of its release; the device is a column
of its own."""

LINUX = (
    "Arch Linux",
    "CentOS",
    "Debian",
    "Fedora",
    "Gentoo",
    "Linux Mint",
    "Mageia",
    "Mandriva",
    "Red Hat",
    "SUSE",
    "Ubuntu",
)
SYSTEMS = {"Mac OS X": "macOS", "Web0S": "webOS", "Other": ""} | dict.fromkeys(LINUX, "Linux")

TV = re.compile(
    r"smart-?tv|hbbtv|ce-html|netcast|web0s|webos\.tv|[a-z]tv\b|\btv\b|\bdtv|mitv|maple|bravia|viera|aquos"
    r"|roku|tivo|crkey|chromecast|\baft[a-z0-9]+\b|nettv|vidaa|\bomi/|andr0id|set-?top|stb\b|stbapp|smart ?box"
    r"|\b(?:tv|media|fire|hdmi) ?stick|bdplayer|brightsign|opera/9\.80 \(linux (?:mips|armv)",
    re.IGNORECASE,
)
TABLET = re.compile(
    r"ipad|tablet|playbook|silk/|kindle|\bkf[a-z]{2,5}\b|nexus (?:7|9|10)\b|\bsm-[tx]\d|\bgt-p\d|pad(?:_|\b)|\btab\b"
    r"|/apad\b|xoom|sch-i800|transformer",
    re.IGNORECASE,
)
MOBILE = re.compile(
    r"mobi|iphone|ipod|windows phone|blackberry|bb10|opera mini|symbian|series ?\d0|nokia|kaios|midp|webos/|palm|ucweb"
    r"|fennec",
    re.IGNORECASE,
)
DESKTOP = re.compile(
    r"windows|macintosh|mac_powerpc|mac os|x11|linux|\bcros\b|chromebook|(?:free|open|net)bsd|sunos", re.IGNORECASE
)
CONSOLE = re.compile(r"playstation|xbox|nintendo|\bsonos/", re.IGNORECASE)
KINDS = (("tv", TV), ("other", CONSOLE), ("tablet", TABLET), ("mobile", MOBILE))


@dataclass(frozen=True, slots=True)
class Agent:
    """What a user-agent says; '' for what it does not say."""

    browser: str
    browser_version: str  # major
    system: str
    system_version: str  # major; with macOS 10 and Windows 8 and older also minor
    device: str  # desktop, mobile, tablet, tv, other


def parser() -> Parser:
    """ua-parser over its Rust engine, without its devices, which are models and no kinds: half the memory."""
    browsers, systems, _ = load_lazy_builtins()
    return Parser(Resolver((browsers, systems, [])))


PARSER = parser()


@lru_cache(maxsize=4096)
def agent_of(agent: str) -> Agent:
    """Reads a user-agent; never raises."""
    read = PARSER(agent, Domain.USER_AGENT | Domain.OS)
    browser, system = read.user_agent, read.os
    name = SYSTEMS.get(system.family, system.family) if system else ""
    return Agent(
        browser=BROWSERS.get(browser.family, browser.family) if browser else "",
        browser_version=(browser.major or "") if browser else "",
        system=name,
        system_version=version(name, system.major, system.minor) if system else "",
        device=device_of(agent),
    )


def version(system: str, major: str | None, minor: str | None) -> str:
    """The part of a system's version that tells something: `10.15`, `14`, `8.1`."""
    if major and minor and ((system == "macOS" and major == "10") or (system == "Windows" and major == "8")):
        return f"{major}.{minor}"
    return major or ""


def device_of(agent: str) -> str:
    """desktop, mobile, tablet, tv or other.

    Android says `Mobile` on telephones and leaves it out on tablets (Google's advice to makers of browsers); an iPad
    that asks for desktop sites says it is a Macintosh, and is believed.
    """
    for device, words in KINDS:
        if words.search(agent):
            return device
    if "android" in agent.lower() and "chromebook" not in agent.lower():
        return "tablet"
    return "desktop" if DESKTOP.search(agent) else "other"
