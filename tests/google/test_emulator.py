"""The sources against the simulated Google, which counts as the real one does and is as strict."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from demo.internet import Internet
from tests.noon import start_noon_clock
from utilities.config.settings import Settings
from utilities.model.errors import OverQuota, SourceMisconfigured
from utilities.model.frames import ValueKind
from utilities.sources.ga4 import Ga4Filter, Ga4Query, Ga4Source
from utilities.sources.search_console import SearchConsoleQuery, SearchConsoleSource

TOTAL = Ga4Query(metrics=("totalUsers",), compare=True)
ACTIVE = Ga4Query(metrics=("activeUsers",), realtime=True)


@pytest.fixture
async def internet(tmp_path: Path) -> AsyncIterator[Internet]:
    async with Internet(tmp_path, clock=start_noon_clock()) as internet:
        yield internet


def settings_of(internet: Internet, settings: Callable[..., Settings], **more: object) -> Settings:
    names = ("GOOGLE_", "GA4_", "SEARCH_CONSOLE_")
    known = {name.lower(): value for name, value in internet.environment.items() if name.startswith(names)}
    return settings(**known | {"google_client_id": "", "google_client_secret": "", **more})


@pytest.fixture
async def ga4(internet: Internet, settings: Callable[..., Settings]) -> AsyncIterator[Ga4Source]:
    source = Ga4Source(settings_of(internet, settings), internet.clock)
    yield source
    await source.close()


@pytest.mark.parametrize(
    "ask",
    [
        Ga4Query(
            dimensions=("sessionSource", "sessionMedium"),
            metrics=("sessions", "screenPageViews", "averageSessionDuration"),
        ),
        Ga4Query(
            dimensions=("pagePath",),
            metrics=("screenPageViews", "sessions", "userEngagementDuration", "activeUsers", "bounceRate"),
            order="-screenPageViews",
            filters=(Ga4Filter("pagePath", "/", "begins"), Ga4Filter("hostName", "nowhere", negate=True)),
        ),
        Ga4Query(dimensions=("country",), metrics=("sessions",), limit=5),
        Ga4Query(dimensions=("unifiedScreenName",), metrics=("activeUsers",), realtime=True),
    ],
    ids=["people-sources", "top-pages", "top-countries", "pages-now"],
)
async def test_strict_google_understands_the_question(ask: Ga4Query, ga4: Ga4Source) -> None:
    frame = await ga4.fetch_frame(ask)
    assert [column.key for column in frame.columns] == [*ask.dimensions, *ask.metrics]
    assert frame.rows
    figures = [row[len(ask.dimensions)] for row in frame.rows[: ask.limit] if isinstance(row[len(ask.dimensions)], int)]
    assert figures[:3] == sorted(figures[:3], reverse=True)


async def test_days_are_those_of_the_property(ga4: Ga4Source) -> None:
    frame = await ga4.fetch_frame(
        Ga4Query(dimensions=("date",), metrics=("totalUsers",), days=5, order="date", limit=366)
    )
    assert frame.date_range is not None
    assert frame.date_range.zone != "UTC"
    dates = frame.column_values("date")
    assert list(dates) == sorted(dates, key=str)
    assert len(dates) == 5
    assert (dates[0], dates[-1]) == (str(frame.date_range.first), str(frame.date_range.last))
    assert frame.columns[0].kind is ValueKind.DATE


async def test_users_stand_beside_those_of_the_days_before(ga4: Ga4Source) -> None:
    frame = await ga4.fetch_frame(TOTAL)
    assert [column.key for column in frame.columns] == ["totalUsers", "totalUsers:previous"]
    assert len(frame.rows) == 1
    assert all(isinstance(value, int) and value > 0 for value in frame.rows[0])


async def test_empty_property_has_frames_without_rows(tmp_path: Path, settings: Callable[..., Settings]) -> None:
    async with Internet(tmp_path, empty=True, clock=start_noon_clock()) as internet:
        source = Ga4Source(settings_of(internet, settings), internet.clock)
        try:
            for ask in (TOTAL, ACTIVE, Ga4Query(dimensions=("country",), metrics=("sessions",))):
                assert (await source.fetch_frame(ask)).rows == ()
        finally:
            await source.close()


async def test_ugliest_words_come_out_clean(tmp_path: Path, settings: Callable[..., Settings]) -> None:
    async with Internet(tmp_path, nasty=True, clock=start_noon_clock()) as internet:
        source = Ga4Source(settings_of(internet, settings), internet.clock)
        try:
            frame = await source.fetch_frame(
                Ga4Query(dimensions=("pageTitle",), metrics=("screenPageViews",), limit=50)
            )
        finally:
            await source.close()
    titles = [str(title) for title in frame.column_values("pageTitle")]
    assert titles
    assert all(len(title) <= 300 and title.isprintable() and title for title in titles)


async def test_quota_is_kept_apart_and_told(internet: Internet, ga4: Ga4Source) -> None:
    await ga4.fetch_frame(TOTAL)
    await ga4.fetch_frame(ACTIVE)
    quota = ga4.health()["quota"]
    assert isinstance(quota, dict)
    assert quota["core"]["tokensPerDay"]["remaining"] > quota["realtime"]["tokensPerDay"]["remaining"]
    assert ga4.slowdown() == 1.0


async def test_pace_slows_and_stops_and_comes_back_with_the_hour(internet: Internet, ga4: Ga4Source) -> None:
    await ga4.fetch_frame(ACTIVE)
    internet.google.quotas["realtime"].left["tokensPerProjectPerHour"] = 1_000
    await ga4.fetch_frame(ACTIVE)
    assert 3 < ga4.slowdown() < 10
    internet.google.quotas["realtime"].left["tokensPerProjectPerHour"] = 20
    await ga4.fetch_frame(ACTIVE)
    assert ga4.slowdown() == 10
    calls = internet.faults.count_requests("/v1beta")
    with pytest.raises(OverQuota) as caught:
        await ga4.fetch_frame(ACTIVE)
    assert internet.faults.count_requests("/v1beta") == calls
    await ga4.fetch_frame(TOTAL)
    internet.clock.shift(timedelta(seconds=caught.value.retry_after + 1))
    assert (await ga4.fetch_frame(ACTIVE)).rows
    assert ga4.slowdown() == 1.0


async def test_check_says_what_is_left(ga4: Ga4Source) -> None:
    assert await ga4.check() == "property 395236978 answers, 199,999 tokens left today"


async def test_unknown_field_is_refused_with_googles_hint(ga4: Ga4Source) -> None:
    with pytest.raises(SourceMisconfigured, match="Did you mean sessions"):
        await ga4.fetch_frame(Ga4Query(metrics=("sesions",)))


async def test_property_of_somebody_else_is_refused(internet: Internet, settings: Callable[..., Settings]) -> None:
    source = Ga4Source(settings_of(internet, settings, ga4_property_id="1"), internet.clock)
    try:
        with pytest.raises(SourceMisconfigured, match="Viewer on property 1"):
            await source.fetch_frame(TOTAL)
    finally:
        await source.close()


async def test_searches_come_by_clicks(internet: Internet, settings: Callable[..., Settings]) -> None:
    source = SearchConsoleSource(settings_of(internet, settings), internet.clock)
    try:
        frame = await source.fetch_frame(SearchConsoleQuery(limit=5))
        sentence = await source.check()
    finally:
        await source.close()
    assert [column.key for column in frame.columns] == ["query", "clicks", "impressions", "ctr", "position"]
    clicks = [value for value in frame.column_values("clicks")[:-1] if isinstance(value, int)]
    assert (len(clicks), frame.rows[-1][0]) == (5, "(other)")
    assert clicks == sorted(clicks, reverse=True)
    assert all(isinstance(value, float) and 0 < value < 1 for value in frame.column_values("ctr"))
    assert "answers" in sentence
