"""TZ: a name of a time zone, or what the system reads by itself."""

import pytest

from utilities.checkup import check_time_zone
from utilities.config.environment import read_settings
from utilities.model.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (":UTC", "UTC"),
        ("CET-1CEST,M3.5.0", ""),
        (":/etc/localtime", ""),
        ("<+03>-3", ""),
        ("EST5EDT4,M3.2.0/2,M11.1.0", ""),
        ("", ""),
    ],
)
def test_time_zone_is_a_name_or_left_to_the_system(text: str, expected: str):
    assert read_settings({"TZ": text}, env_file=None).tz == expected


@pytest.mark.parametrize("text", ["Europe/Berln", "CEST", ":BST", "IST,M3.5.0"])
def test_time_zone_that_does_not_exist_is_refused(text: str):
    with pytest.raises(SettingsError, match=r"^TZ \(in the environment\): it is no time zone; write one like Eur"):
        read_settings({"TZ": text}, env_file=None)


async def test_check_says_which_time_zone_walls_and_sites_have():
    for environ, text in (
        ({"TZ": "Asia/Tokyo"}, "use Asia/Tokyo, from TZ"),
        ({}, "that of this machine; TZ sets another"),
    ):
        assert text in await check_time_zone(read_settings(environ, env_file=None))
