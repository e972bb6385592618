"""One rule for all requests to the internet: HTTPS_PROXY, HTTP_PROXY and NO_PROXY."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from demo.internet import Internet
from demo.openid import sign_in_environment
from tests.config.loopback_proxy import LoopbackProxy
from tests.config.test_settings import DOOR
from utilities.checkup import run_checks
from utilities.config.environment import read_settings
from utilities.http.client import HttpClient
from utilities.model.clock import utc_now
from utilities.model.errors import StoreDown, Unavailable
from utilities.model.outgoing_proxies import OutgoingProxies
from utilities.pageviews.storage.clickhouse_open import make_client, pool_manager
from utilities.sources.ga4 import Ga4Query, Ga4Source

PASSWORD = "p@ss:w/rd#%"


@pytest.fixture
async def internet(tmp_path: Path) -> AsyncIterator[Internet]:
    async with Internet(tmp_path) as started:
        yield started


@pytest.fixture
async def proxy(internet: Internet) -> AsyncIterator[LoopbackProxy]:
    async with LoopbackProxy(internet.port, f"wall:{PASSWORD}") as started:
        yield started


def proxy_url(proxy: LoopbackProxy, password: str = PASSWORD) -> str:
    return f"http://wall:{quote(password, safe='')}@127.0.0.1:{proxy.port}"


@pytest.mark.slow
async def test_sign_in_networks_and_google_go_through_the_same_proxy(internet: Internet, proxy: LoopbackProxy):
    addresses = {
        "GA4_API_ENDPOINT": "http://analytics.test",
        "OIDC_ISSUER": "http://issuer.test",
        "LOBSTERS_API_URL": "http://lobsters.test/lobsters",
        "SHARE_PROVIDERS": "lobsters",
    }
    environ = internet.environment | DOOR | sign_in_environment(internet.address) | addresses
    environ |= {"HTTP_PROXY": proxy_url(proxy), "DATA_DIR": str(internet.folder / "var")}
    settings = read_settings(environ, env_file=None)
    found = {each.part: each.text async for each in run_checks(settings, utc_now)}
    assert set(proxy.hosts) >= {"analytics.test", "issuer.test", "lobsters.test"}
    assert "answers" in found["source ga4"]
    assert not proxy.refusals


@pytest.mark.slow
async def test_https_goes_through_the_proxy_of_https(internet: Internet, proxy: LoopbackProxy):
    settings = read_settings({"https_proxy": proxy_url(proxy)}, env_file=None)
    async with HttpClient(settings.proxies) as client:
        with pytest.raises(Unavailable):  # what answers behind the proxy does not speak TLS
            await client.get("https://issuer.test/", deadline=5)
    assert proxy.hosts == ["issuer.test"]


async def test_environment_that_is_no_setting_is_not_used(
    internet: Internet, proxy: LoopbackProxy, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy_url(proxy))
    async with HttpClient(read_settings({}, env_file=None).proxies) as client:
        assert (await client.get(f"{internet.address}/openid/jwks", deadline=5)).status == 200
    source = Ga4Source(read_settings(internet.environment, env_file=None), utc_now)
    assert (await source.fetch_frame(Ga4Query(metrics=("sessions",)))).rows
    await source.close()
    assert proxy.hosts == []


async def test_proxy_that_refuses_is_named_without_its_password(internet: Internet, proxy: LoopbackProxy):
    environ = internet.environment | {"GA4_API_ENDPOINT": "http://analytics.test", "GA4_PROPERTY_ID": "1"}
    environ |= {"HTTP_PROXY": proxy_url(proxy, "wrong-canary"), "DATA_DIR": str(internet.folder)}
    settings = read_settings(environ, env_file=None)
    async with HttpClient(settings.proxies) as client:
        with pytest.raises(Unavailable, match="the proxy refuses") as refused:
            await client.get("http://lobsters.test/", deadline=5)
    source = Ga4Source(settings, utc_now)
    with pytest.raises(Unavailable, match="the proxy of HTTPS_PROXY") as failed:
        await source.fetch_frame(Ga4Query(metrics=("sessions",)))
    await source.close()
    assert proxy.hosts == []
    assert "canary" not in f"{refused.value} {failed.value}"


@pytest.mark.parametrize(("exceptions", "host"), [("", "clickhouse.test"), ("10.0.0.0/8", "10.1.2.3")])
async def test_clickhouse_obeys_the_same_rule(
    exceptions: str, host: str, internet: Internet, proxy: LoopbackProxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", proxy_url(proxy))  # what the client itself would read
    environ = {"HTTP_PROXY": proxy_url(proxy), "NO_PROXY": exceptions}
    settings = read_settings(environ, env_file=None)
    pool = pool_manager(f"http://{host}:8123/db", settings.proxies)
    assert (pool.proxy is None) == bool(exceptions)
    if pool.proxy is not None:
        with pytest.raises(StoreDown):  # what answers behind the proxy is no ClickHouse
            await asyncio.to_thread(make_client, f"http://{host}:8123/db", 5, settings.proxies)
        assert set(proxy.hosts) == {host}
        assert not proxy.refusals


@pytest.mark.parametrize(
    ("exceptions", "host", "direct"),
    [
        ("", "example.com", False),
        ("*", "example.com", True),
        ("example.com", "example.com", True),
        ("example.com", "www.EXAMPLE.com", True),
        (".example.com", "www.example.com", True),
        ("*.example.com", "www.example.com", True),
        ("example.com", "badexample.com", False),
        ("example.com:8443", "example.com", False),
        ("example.com:443", "example.com", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("fd00::/8", "fd00::1", True),
        ("[fd00::1]:443", "fd00::1", True),
        ("", "localhost", True),
        ("", "127.0.0.1", True),
        ("", "::1", True),
    ],
)
def test_exceptions_are_hosts_domains_networks_and_this_machine(exceptions: str, host: str, direct: bool):
    settings = read_settings({"HTTPS_PROXY": "proxy.example.com:3128", "NO_PROXY": exceptions}, env_file=None)
    assert (settings.proxies.proxy_for("https", host) is None) == direct


def test_each_scheme_has_its_own_proxy():
    rules = OutgoingProxies(https="http://u:p%40@one:1", http="http://two")
    https, http = rules.proxy_for_url("https://example.com/"), rules.proxy_for_url("http://example.com/")
    assert https is not None
    assert http is not None
    assert (https.url, https.user, https.password) == ("http://one:1", "u", "p@")
    assert http.url == "http://two:80"
    assert OutgoingProxies().proxy_for_url("https://example.com/") is None
