"""The pages about datasets, and the form that pushes a file."""

from collections.abc import Awaitable, Callable

from tornado.httpclient import HTTPResponse

from tests.datasets.test_store import schema
from tests.handlers.accounts.conftest import FoyerServer, StartFoyer, provider, sign_in_settings, start_local_foyer
from utilities.datasets.pushes import PushMode

__all__ = ["provider", "sign_in_settings", "start_local_foyer"]

Fetch = Callable[..., Awaitable[HTTPResponse]]


async def upload(foyer: FoyerServer, fetch: Fetch, content: bytes, name: str = "sales.csv") -> HTTPResponse:
    """Sends the form as a browser does."""
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = head.encode() + content + b"\r\n--x--\r\n"
    return await fetch(f"{foyer.address}/datasets/sales", method="POST", headers=headers, body=body)


async def test_person_sees_datasets_and_pushes_a_file(start_local_foyer: StartFoyer, fetch: Fetch):
    foyer = await start_local_foyer()
    assert b"There is no dataset yet" in (await fetch(f"{foyer.address}/datasets")).body
    assert (await fetch(f"{foyer.address}/datasets/sales")).code == 404
    datasets = foyer.services.datasets
    await datasets.declare("sales", schema(unique_by=["day"], expect_every="1h", title="<Sales>"), "ada")
    page = (await fetch(f"{foyer.address}/datasets/sales")).body.decode()
    assert "Waiting. Last push: <bdi>never</bdi>; expected every hour." in page and "&lt;Sales&gt;" in page
    await datasets.push("sales", [{"day": "2026-11-01", "amount": 5, "note": "=x"}], PushMode.APPEND, "till")
    listed = (await fetch(f"{foyer.address}/datasets")).body.decode()
    assert "in time" in listed and "now by till" in listed
    wrong = await upload(foyer, fetch, b"day,amount\n2026-11-02,5\n2.11.,<b>\n")
    assert wrong.code == 422
    assert "2 values are wrong. Nothing is stored." in wrong.body.decode() and "“&lt;b&gt;”" in wrong.body.decode()
    assert (await upload(foyer, fetch, b"")).code == 422
    good = (await upload(foyer, fetch, b"day,amount\n2026-11-02,1234.5\n")).body.decode()
    assert "1 rows are stored, 0 earlier ones removed." in good and "1,234.50" in good
    assert (await datasets.find("sales")).rows == 2
