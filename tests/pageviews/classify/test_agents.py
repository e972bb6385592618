"""Browser, system and device: by examples, and against device-detector's fixtures, which nobody here wrote."""

import pytest

from tests.pageviews.classify.conftest import CHROME, FIREFOX
from tests.pageviews.classify.fixtures import browsers
from utilities.pageviews.classify.user_agents import UserAgent, device_type, parse_user_agent

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
    "Mobile/15E148 Safari/604.1"
)
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Safari/605.1.15"
)
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 {}Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "read"),
    [
        (CHROME, UserAgent("Chrome", "142", "Windows", "10", "desktop")),
        (CHROME + " Edg/141.0.0.0", UserAgent("Edge", "141", "Windows", "10", "desktop")),
        (FIREFOX, UserAgent("Firefox", "145", "Linux", "", "desktop")),
        (SAFARI, UserAgent("Safari", "18", "macOS", "10.15", "desktop")),
        (IPHONE, UserAgent("Safari", "26", "iOS", "18", "mobile")),
        (ANDROID.format("Mobile "), UserAgent("Chrome", "142", "Android", "10", "mobile")),
        (ANDROID.format(""), UserAgent("Chrome", "142", "Android", "10", "tablet")),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
            "Safari/537.36",
            UserAgent("Chrome", "142", "Chrome OS", "14541", "desktop"),
        ),
        (
            "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36",
            UserAgent("Chrome", "108", "webOS", "", "tv"),
        ),
        ("something else entirely", UserAgent("", "", "", "", "other")),
        ("", UserAgent("", "", "", "", "other")),
    ],
)
def test_agent_is_read(agent: str, read: UserAgent):
    assert parse_user_agent(agent) == read


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "device", "least", "right"),
    [
        (("desktop", "desktop-1"), {"desktop"}, 150, 0.75),
        (("smartphone", "smartphone-1", "smartphone-20", "smartphone-43"), {"mobile"}, 1000, 0.97),
        (("phablet", "phablet-1"), {"mobile", "tablet"}, 400, 0.99),
        (("tablet", "tablet-5", "tablet-12"), {"tablet"}, 800, 0.75),
        (("tv", "tv-1", "tv-6"), {"tv"}, 500, 0.39),
    ],
)
def test_device_of_device_detector(names: tuple[str, ...], device: set[str], least: int, right: float):
    """Matomo's list knows thousands of models; a user-agent that names no kind of device is all we go by."""
    agents = [row["user_agent"] for row in browsers(*names)]
    assert len(agents) >= least
    assert sum(device_type(agent) in device for agent in agents) / len(agents) >= right


@pytest.mark.parametrize("names", [("desktop", "desktop-1"), ("smartphone", "smartphone-43"), ("tablet", "tablet-12")])
def test_system_of_device_detector(names: tuple[str, ...]):
    same = {"Mac": "macOS", "GNU/Linux": "Linux", "iPadOS": "iOS"}
    rows = [row for row in browsers(*names) if row.get("os")]
    pairs = [
        (same.get(row["os"]["name"], row["os"]["name"]), parse_user_agent(row["user_agent"]).system) for row in rows
    ]
    compared = [pair for pair in pairs if pair[0] in {"macOS", "Windows", "Android", "iOS", "Linux", "Chrome OS"}]
    assert len(compared) >= 100
    assert sum(theirs == ours for theirs, ours in compared) / len(compared) >= 0.94


def test_browser_of_device_detector():
    same = {"Mobile Safari": "Safari", "Chrome Mobile": "Chrome", "Microsoft Edge": "Edge", "Firefox Mobile": "Firefox"}
    ours = {"Chrome", "Safari", "Firefox", "Edge", "Opera"}
    rows = list(browsers("desktop", "desktop-1", "smartphone", "smartphone-43", "tablet", "tablet-12"))
    pairs = [
        (same.get(r["client"]["name"], r["client"]["name"]), parse_user_agent(r["user_agent"]).browser) for r in rows
    ]
    compared = [pair for pair in pairs if pair[0] in ours]
    assert len(compared) >= 500
    assert sum(theirs == read for theirs, read in compared) / len(compared) >= 0.94
