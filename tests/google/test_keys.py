"""A wrong key file does not stop the wall; it is named, with what is wrong, until it is mended."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.google.fake_google import RUN, FakeGoogle, ManualClock
from utilities.config.settings import Settings
from utilities.model.errors import SourceMisconfigured
from utilities.sources.ga4 import SOURCE, Ga4Query, Ga4Source
from utilities.sources.search_console import SOURCE as SEARCH_CONSOLE

ASK = Ga4Query(metrics=("sessions",))


async def test_without_a_property_there_is_no_source(clock: ManualClock, settings: Callable[..., Settings]) -> None:
    assert await SOURCE.open(settings(), clock) is None
    assert await SEARCH_CONSOLE.open(settings(), clock) is None


def without(key: dict[str, Any], name: str) -> str:
    return json.dumps({field: value for field, value in key.items() if field != name})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda key: None, "does not exist"),
        (lambda key: "", "not JSON"),
        (lambda key: "\x80", "not JSON"),
        (lambda key: "[" * 100_000, "not JSON"),
        (lambda key: "[]", "not JSON with a key"),
        (lambda key: '{"type": "authorized_user"}', "lacks client_id, client_secret, refresh_token"),
        (lambda key: '{"installed": {"client_id": "x"}}', "not a service account key"),
        (lambda key: '{"type": ["service_account"]}', "not a service account key"),
        (lambda key: '{"type": "external_account"}', "is for workload identity federation, which Foyer cannot use"),
        (lambda key: '{"type": "impersonated_service_account"}', "is for impersonation of a service account"),
        (lambda key: without(key, "client_email"), "lacks client_email"),
        (lambda key: without(key, "private_key"), "lacks private_key"),
        (lambda key: without(key, "token_uri"), "lacks token_uri"),
        (lambda key: json.dumps({**key, "private_key": "-----BEGIN PRIVATE KEY-----\nxx\n"}), "private_key"),
        (lambda key: json.dumps({**key, "private_key": key["private_key"][:400]}), "private_key"),
    ],
)
async def test_wrong_key_file_is_named_and_may_be_mended(
    spoil: Callable[[dict[str, Any]], str | None], words: str, google: FakeGoogle, ga4: Ga4Source
) -> None:
    whole = google.key.read_text()
    spoilt = spoil(json.loads(whole))
    google.key.unlink()
    if spoilt is not None:
        google.key.write_text(spoilt, encoding="latin-1")
    with pytest.raises(SourceMisconfigured) as caught:
        await ga4.fetch_frame(ASK)
    assert words in str(caught.value)
    assert "GOOGLE_APPLICATION_CREDENTIALS" in str(caught.value)
    assert str(google.key) not in str(caught.value)
    assert "BEGIN" not in str(caught.value)
    assert google.faults.count_requests(RUN) == 0
    google.key.write_text(whole)
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)


async def test_property_without_a_key_says_which_setting_is_missing(
    google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    source = await SOURCE.open(settings(**google.settings | {"google_application_credentials": None}), clock)
    assert source is not None
    with pytest.raises(
        SourceMisconfigured,
        match=r"GOOGLE_APPLICATION_CREDENTIALS is not set.*no credentials from Google Cloud's metadata server",
    ):
        await source.check()
    await source.close()


async def test_folder_in_place_of_a_key_file_is_refused(
    google: FakeGoogle, tmp_path: Path, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    source = Ga4Source(settings(**google.settings | {"google_application_credentials": tmp_path}), clock)
    with pytest.raises(SourceMisconfigured, match="cannot be read"):
        await source.fetch_frame(ASK)
    await source.close()
