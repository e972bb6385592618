"""Parses user-agents into browser, system and device type."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ua_parser import Parser
from ua_parser.core import Domain
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

BROWSER_NAMES = {
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
"""ua-parser's families that are the same browser on another device or before its release; the device is a separate
column."""

LINUX_DISTRIBUTIONS = (
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
SYSTEM_NAMES = {"Mac OS X": "macOS", "Web0S": "webOS", "Other": ""} | dict.fromkeys(LINUX_DISTRIBUTIONS, "Linux")

TV_WORDS = re.compile(
    r"smart-?tv|hbbtv|ce-html|netcast|web0s|webos\.tv|[a-z]tv\b|\btv\b|\bdtv|mitv|maple|bravia|viera|aquos"
    r"|roku|tivo|crkey|chromecast|\baft[a-z0-9]+\b|nettv|vidaa|\bomi/|andr0id|set-?top|stb\b|stbapp|smart ?box"
    r"|\b(?:tv|media|fire|hdmi) ?stick|bdplayer|brightsign|opera/9\.80 \(linux (?:mips|armv)",
    re.IGNORECASE,
)
TABLET_WORDS = re.compile(
    r"ipad|tablet|playbook|silk/|kindle|\bkf[a-z]{2,5}\b|nexus (?:7|9|10)\b|\bsm-[tx]\d|\bgt-p\d|pad(?:_|\b)|\btab\b"
    r"|/apad\b|xoom|sch-i800|transformer",
    re.IGNORECASE,
)
MOBILE_WORDS = re.compile(
    r"mobi|iphone|ipod|windows phone|blackberry|bb10|opera mini|symbian|series ?\d0|nokia|kaios|midp|webos/|palm|ucweb"
    r"|fennec",
    re.IGNORECASE,
)
DESKTOP_WORDS = re.compile(
    r"windows|macintosh|mac_powerpc|mac os|x11|linux|\bcros\b|chromebook|(?:free|open|net)bsd|sunos", re.IGNORECASE
)
CONSOLE_WORDS = re.compile(r"playstation|xbox|nintendo|\bsonos/", re.IGNORECASE)
DEVICE_WORDS = (("tv", TV_WORDS), ("other", CONSOLE_WORDS), ("tablet", TABLET_WORDS), ("mobile", MOBILE_WORDS))


@dataclass(frozen=True, slots=True)
class UserAgent:
    """The parts of a user-agent; '' for unknown ones."""

    browser: str
    browser_version: str  # major
    system: str
    system_version: str  # major; with macOS 10 and Windows 8 and older also minor
    device: str  # desktop, mobile, tablet, tv, other


def make_agent_parser() -> Parser:
    """Returns ua-parser with its Rust engine, without the list of device models: half the memory."""
    browsers, systems, _ = load_lazy_builtins()
    return Parser(Resolver((browsers, systems, [])))


AGENT_PARSER = make_agent_parser()


@lru_cache(maxsize=4096)
def parse_user_agent(agent: str) -> UserAgent:
    """Parses a user-agent; never raises."""
    result = AGENT_PARSER(agent, Domain.USER_AGENT | Domain.OS)
    browser, system = result.user_agent, result.os
    name = SYSTEM_NAMES.get(system.family, system.family) if system else ""
    return UserAgent(
        browser=BROWSER_NAMES.get(browser.family, browser.family) if browser else "",
        browser_version=(browser.major or "") if browser else "",
        system=name,
        system_version=short_system_version(name, system.major, system.minor) if system else "",
        device=device_type(agent),
    )


def short_system_version(system: str, major: str | None, minor: str | None) -> str:
    """Returns the significant part of a system's version: `10.15`, `14`, `8.1`."""
    if major and minor and ((system == "macOS" and major == "10") or (system == "Windows" and major == "8")):
        return f"{major}.{minor}"
    return major or ""


def device_type(agent: str) -> str:
    """Returns desktop, mobile, tablet, tv or other.

    Android sends `Mobile` on telephones and not on tablets (Google's advice to browser vendors). An iPad that requests
    desktop sites sends `Macintosh` and counts as desktop.
    """
    for device, words in DEVICE_WORDS:
        if words.search(agent):
            return device
    if "android" in agent.lower() and "chromebook" not in agent.lower():
        return "tablet"
    return "desktop" if DESKTOP_WORDS.search(agent) else "other"
