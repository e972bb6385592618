"""Every ill habit, as the real client meets it."""

import http.client
import json
from collections.abc import Awaitable, Callable

import httplib2
import pytest
from googleapiclient.errors import HttpError
from tornado.httpclient import HTTPResponse
from tornado.simple_httpclient import HTTPTimeoutError

from demo.faults import Fault, Faults, merge_patch
from demo.internet import Internet
from tests.demo.client import Client, named, week
from tests.waiting import wait_until

Fetch = Callable[..., Awaitable[HTTPResponse]]
COUNT = {"metrics": named("sessions"), **week()}


@pytest.mark.parametrize(
    ("fault", "meets"),
    [
        (Fault("reset"), (ConnectionResetError, http.client.RemoteDisconnected)),
        (Fault("close"), (ConnectionResetError, http.client.RemoteDisconnected)),
        (Fault("truncate"), (http.client.IncompleteRead, ConnectionResetError)),
        (Fault("gzip"), httplib2.error.FailedToDecompressContent),
        (Fault("status", status=502), HttpError),
        (Fault("status", status=401), HttpError),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
async def test_the_real_client_meets(fault: Fault, meets: type[Exception], client: Client, internet: Internet):
    await client.report(**COUNT)
    internet.faults.inject("/v1beta", fault)
    with pytest.raises(meets):
        await client.report(**COUNT)
    internet.faults.clear()
    assert (await client.report(**COUNT))["rows"]
    assert not +internet.faults.running
    assert internet.google.quotas["core"].running == 0


@pytest.mark.parametrize("fault", [Fault("html"), Fault("body", body="nonsense"), Fault("length", body="{}" * 50)])
async def test_a_200_that_is_no_json_comes_back_as_text(fault: Fault, client: Client, internet: Internet):
    internet.faults.inject("/v1beta", fault)
    assert isinstance(await client.report(**COUNT), str)


async def test_a_dripping_server_takes_its_time(internet: Internet, fetch: Fetch):
    internet.faults.inject("/token", Fault("drip", body='{"a": 1}', seconds=0.05))
    pieces: list[bytes] = []
    await fetch(f"{internet.address}/token", method="POST", body="", streaming_callback=pieces.append)
    assert json.loads(b"".join(pieces)) == {"a": 1}
    assert len(pieces) > 1


async def test_a_hanging_server_can_be_left_alone(internet: Internet, fetch: Fetch):
    internet.faults.inject("/", Fault("hang", seconds=5))
    with pytest.raises(HTTPTimeoutError):
        await fetch(internet.address + "/x", request_timeout=0.1)
    await wait_until(lambda: internet.faults.running["/x"] == 0)
    assert internet.faults.most_running["/x"] == 1


async def test_faults_come_and_go_over_http_too(internet: Internet, fetch: Fetch):
    admin = f"{internet.address}/__admin"
    body = json.dumps({"kind": "status", "status": 418, "body": "teapot", "count": 1})
    assert (await fetch(f"{admin}/faults/token", method="PUT", body=body)).code == 204
    first = await fetch(f"{internet.address}/token", method="POST", body="")
    assert (first.code, first.body) == (418, b"teapot")
    assert (await fetch(f"{internet.address}/token", method="POST", body="")).code == 400
    assert json.loads((await fetch(f"{admin}/calls")).body) == {"/token": 2}
    assert (await fetch(f"{admin}/faults", method="DELETE")).code == 204
    assert (await fetch(f"{admin}/faults/token", method="PUT", body="{")).code == 400
    assert internet.faults.by_prefix == {}


async def test_clock_and_quota_are_set_over_http(internet: Internet, fetch: Fetch):
    admin = f"{internet.address}/__admin"
    before = internet.world.now()
    assert (await fetch(f"{admin}/clock", method="PUT", body='{"seconds": 3600}')).code == 204
    assert 3590 < (internet.world.now() - before).total_seconds() < 3700
    assert (await fetch(f"{admin}/quota/core", method="PUT", body='{"tokensPerDay": 3}')).code == 204
    assert internet.google.quotas["core"].left["tokensPerDay"] == 3
    assert (await fetch(f"{admin}/clock", method="PUT", body='{"hours": 1}')).code == 400


def test_the_longest_prefix_wins_until_it_is_used_up():
    faults = Faults()
    faults.inject("/", Fault("html"))
    faults.inject("/v1beta", Fault("close", count=1))
    taken = [faults._take_fault(path) for path in ("/v1beta/x", "/v1beta/x", "/token")]
    assert [fault.kind for fault in taken if fault] == ["close", "html", "html"]


def test_a_merge_adds_changes_and_takes_away():
    whole = {"a": 1, "b": {"c": 2, "d": 3}}
    assert merge_patch(whole, {"a": None, "b": {"c": 4}, "e": {"f": 5}}) == {"b": {"c": 4, "d": 3}, "e": {"f": 5}}
