"""Our own figures without any Google account: sites, or page views that are stored, are enough to serve for real."""

import json
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from demo.internet import Internet
from handlers.serving.server import run_server
from tests.conventions.code import ROOT
from tests.end_to_end.conftest import OpenFoyer
from tests.end_to_end.processes import run_foyer_process
from tests.waiting import wait_until
from utilities.commands.page_view_data import run_export
from utilities.config.environment import read_settings
from utilities.config.settings import Settings
from utilities.pageviews.own_figures import has_own_figures

in_session = pytest.mark.asyncio(loop_scope="session")  # where the simulated internet is

SITES = "sites:\n  - {name: shop, domains: [shop.example]}\n"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def copy_boards(folder: Path, sites: str | None) -> str:
    """Writes the usual boards and this sites.yaml into a folder; returns its path."""
    boards = folder / "boards"
    boards.mkdir()
    for name in ("office.yaml", "visits.yaml"):
        (boards / name).write_text((ROOT / "boards" / name).read_text())
    if sites is not None:
        (boards / "sites.yaml").write_text(sites)
    return str(boards)


def settings_in(folder: Path, boards: str, **more: str) -> Settings:
    return read_settings({"BOARDS_DIR": boards, "DATA_DIR": str(folder / "var"), "PORT": "0", **more}, env_file=None)


async def send_view(address: str, url: str) -> int:
    request = HTTPRequest(f"{address}/a", method="POST", body=json.dumps({"url": url}), user_agent=BROWSER)
    return (await AsyncHTTPClient().fetch(request, raise_error=False)).code


async def read_default_wall(address: str) -> str:
    """Returns where /wall redirects to, or the page."""
    response = await AsyncHTTPClient().fetch(f"{address}/wall", follow_redirects=False, raise_error=False)
    return response.headers.get("Location", "") or response.body.decode()


@pytest.mark.parametrize(
    ("sites", "expected"),
    [(None, False), ("sites: []\n", False), (SITES, True), ("sites: [{nam: shop}]\n", True), ("sites: [", True)],
    ids=["no file", "no sites", "a site", "a misspelt site", "half a file"],
)
def test_sites_end_the_demo_also_while_they_have_faults(tmp_path: Path, sites: str | None, expected: bool):
    assert has_own_figures(settings_in(tmp_path, copy_boards(tmp_path, sites))) is expected
    assert not (tmp_path / "var").exists()


@pytest.mark.slow
async def test_stored_page_views_end_the_demo_and_an_empty_store_does_not(tmp_path: Path):
    settings = settings_in(tmp_path, copy_boards(tmp_path, None))
    settings.data_dir.mkdir()
    await run_export(settings, tmp_path / "views.csv", None, "")
    assert not has_own_figures(settings)
    async with run_server(settings) as (services, port):
        assert await send_view(f"http://127.0.0.1:{port}", "https://shop.example/a") == 204
        assert has_own_figures(settings), "another process has the file"
        await wait_until(lambda: services.collector.views.health()["rows"] == 1)
    assert has_own_figures(settings)


async def test_page_views_that_are_only_in_the_journal_end_the_demo(tmp_path: Path):
    settings = settings_in(tmp_path, copy_boards(tmp_path, None))
    settings.data_dir.mkdir()
    await run_export(settings, tmp_path / "views.csv", None, "")
    for text, expected in ((b"", False), (b"\n" * 4096, False), (b"0123abcd\x1f1\n\n\n", True)):
        (settings.data_dir / "pageviews.journal2").write_bytes(text)
        assert has_own_figures(settings) is expected


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SEARCH_CONSOLE_SITE", "sc-domain:example.com"),
        ("CLICKHOUSE_URL", "https://u:p@clickhouse.example:8443/foyer"),
        ("GA4_PROPERTY_ID", "123"),
    ],
)
def test_a_variable_that_names_a_source_ends_the_demo(variable: str, value: str):
    assert not read_settings({variable: value}, env_file=None).unconfigured
    assert read_settings({"REDIS_URL": "redis://localhost"}, env_file=None).unconfigured


@in_session
async def test_without_google_the_default_wall_is_the_board_of_our_own_figures(tmp_path: Path, open_foyer: OpenFoyer):
    foyer = await open_foyer({"BOARDS_DIR": copy_boards(tmp_path, SITES)})
    assert await send_view(foyer.address, "https://shop.example/a") == 204
    assert await read_default_wall(foyer.address) == "/boards/visits"
    boards = (await AsyncHTTPClient().fetch(f"{foyer.address}/boards")).body.decode()
    assert boards.count("is not configured") == 1
    assert "because Google Analytics is not configured" in boards
    store = foyer.services.store
    await wait_until(lambda: (reading := store.latest("total-users")) and reading.last_error)
    health = json.loads((await AsyncHTTPClient().fetch(f"{foyer.address}/healthz")).body)
    assert (health["status"], health["demo"]) == ("ok", False)


@pytest.mark.slow
@in_session
async def test_the_front_page_is_a_board_with_figures_while_google_refuses_us(
    tmp_path: Path, internet: Internet, open_foyer: OpenFoyer
):
    boards = {"BOARDS_DIR": copy_boards(tmp_path, SITES)}
    foyer = await open_foyer({**internet.environment, **boards, "GA4_PROPERTY_ID": "1"})

    async def is_own_board() -> bool:
        return await read_default_wall(foyer.address) == "/boards/visits"

    await wait_until(is_own_board)


@pytest.mark.slow
@in_session
async def test_a_demo_writes_nothing_into_a_configured_site(tmp_path: Path, internet: Internet):
    boards = copy_boards(tmp_path, SITES + "  - {name: main, domains: [example.com]}\n")
    environ = {"BOARDS_DIR": boards, "DATA_DIR": str(tmp_path / "var"), "PORT": "0"}
    settings = read_settings(environ, env_file=None, demo_env=internet.environment)
    async with run_server(settings) as (services, port):
        address = f"http://127.0.0.1:{port}"
        assert await send_view(address, "https://shop.example/a") == 403
        assert await send_view(address, "https://www.example.com/a") == 204
        rows = await services.collector.views.query("SELECT DISTINCT site FROM page_views", {})
        assert rows == [("demo-company",)]


@pytest.mark.slow
@in_session
async def test_a_public_demo_answers_under_every_address_and_makes_no_tokens(tmp_path: Path, internet: Internet):
    environ = {"DATA_DIR": str(tmp_path / "var"), "PORT": "0", "TOKENS_WITHOUT_SIGN_IN": "true"}
    for public, status in ((False, 421), (True, 200)):
        settings = read_settings(environ, env_file=None, demo_env=internet.environment, public_demo=public)
        assert settings.bind_address == ("0.0.0.0" if public else "127.0.0.1")
        async with run_server(settings) as (_, port):
            for host in ("demo.example.org", "10.0.0.7:8888", "[fd00::7]:8888"):
                headers = {"Host": host, "X-Forwarded-For": "192.0.2.1"}
                request = HTTPRequest(f"http://127.0.0.1:{port}/reports", headers=headers)
                assert (await AsyncHTTPClient().fetch(request, raise_error=False)).code == status
            if public:
                page = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/tokens", raise_error=False)
                assert "<form" not in page.body.decode().partition("<main")[2].partition("</main>")[0]


def test_only_a_demo_can_be_public():
    settings = read_settings({"GA4_PROPERTY_ID": "123"}, env_file=None, public_demo=True)
    assert (settings.public_demo, settings.bind_address) == (False, "127.0.0.1")


@pytest.mark.slow
async def test_run_py_serves_for_real_as_soon_as_there_are_sites(tmp_path: Path):
    async with run_foyer_process(tmp_path, {"BOARDS_DIR": copy_boards(tmp_path, SITES)}) as (_, address):
        assert json.loads((await AsyncHTTPClient().fetch(f"{address}/healthz")).body)["demo"] is False
        assert await read_default_wall(address) == "/boards/visits"
