"""The client for servers that are not ours: bounded in time and size, blind to redirects, silent about secrets."""

import asyncio
import gzip
import socket
import ssl
import threading
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from demo.faults import Fault, Faults, FaultyHandler
from tests.waiting import wait_until
from utilities.http.client import HttpClient
from utilities.model.errors import BadAnswer, SourceError, Unavailable

SECRET = "a-secret-token"


class EchoHandler(FaultyHandler):
    def get(self) -> None:
        self.write_json({"headers": dict(self.request.headers), "query": self.request.query})

    def post(self) -> None:
        self.write_json({"form": self.get_body_argument("grant_type")})


class BodyHandler(RequestHandler):
    def initialize(self, body: bytes, headers: dict[str, str]) -> None:
        self.body, self.headers = body, headers

    def get(self) -> None:
        for name, value in self.headers.items():
            self.set_header(name, value)
        self.write(self.body)


class ElsewhereHandler(RequestHandler):
    def get(self) -> None:
        self.redirect("/echo?inside=1")


GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """80 MB of spaces, compressed."""
    return gzip.compress(b" " * 80_000_000)


@pytest.fixture
async def server(bomb: bytes):
    faults = Faults()
    rules = [
        ("/echo", EchoHandler, {"faults": faults}),
        ("/elsewhere", ElsewhereHandler),
        ("/large", BodyHandler, {"body": b"x" * 1_000_001, "headers": {}}),
        ("/bomb", BodyHandler, {"body": bomb, "headers": GZIP}),
        ("/zipped", BodyHandler, {"body": gzip.compress(b'{"total": 5}'), "headers": GZIP}),
        ("/not-gzip", BodyHandler, {"body": b'{"total": 5}', "headers": GZIP}),
    ]
    http = HTTPServer(Application(rules, log_function=lambda handler: None))
    sockets = bind_sockets(0, "127.0.0.1")
    http.add_sockets(sockets)
    http.address, http.faults = f"http://127.0.0.1:{sockets[0].getsockname()[1]}", faults
    yield http
    http.stop()
    await http.close_all_connections()


@pytest.fixture
async def upstream():
    async with HttpClient() as client:
        yield client


async def test_whole_answer_of_any_status_is_an_answer(server, upstream):
    server.faults.inject("/echo", Fault("status", status=418, body="short and stout"))
    answer = await upstream.get(f"{server.address}/echo", deadline=2)
    assert (answer.status, answer.body) == (418, b"short and stout")
    assert answer.headers["content-length"] == "15"


async def test_form_is_sent_as_a_form(server, upstream):
    answer = await upstream.post(f"{server.address}/echo", deadline=2, form={"grant_type": "client_credentials"})
    assert b"client_credentials" in answer.body


async def test_every_question_says_who_asks(server, upstream):
    answer = await upstream.get(f"{server.address}/echo", deadline=2)
    assert b"Foyer/" in answer.body


async def test_connections_are_kept_and_used_again(server, upstream):
    for _ in range(5):
        await upstream.get(f"{server.address}/echo", deadline=2)
    assert len(server._connections) == 1


@pytest.mark.parametrize("doing", ["drip", "hang"])
async def test_deadline_is_for_the_whole_answer(doing, server, upstream):
    server.faults.inject("/echo", Fault(doing, seconds=0.1 if doing == "drip" else 2))
    async with asyncio.timeout(10):
        with pytest.raises(Unavailable, match=r"no answer within 0\.3 s"):
            await upstream.get(f"{server.address}/echo", deadline=0.3)


async def test_deadline_counts_the_wait_for_a_name_server(monkeypatch, upstream):
    released = threading.Event()

    def hang(*args: object, **options: object) -> None:
        released.wait(30)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    async with asyncio.timeout(10):
        with pytest.raises(Unavailable):
            await upstream.get("http://slow.invalid/", deadline=0.2)
        assert await asyncio.to_thread(lambda: "the shared pool is free") == "the shared pool is free"
    released.set()
    await wait_until(lambda: not [thread for thread in threading.enumerate() if "slow.invalid" in thread.name])


async def test_name_nobody_has_cannot_be_reached(monkeypatch, upstream):
    def unknown(*args: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unavailable, match="could not be reached"):
        await upstream.get("http://nobody.invalid/", deadline=2)


async def test_name_is_looked_up(server, upstream):
    answer = await upstream.get(server.address.replace("127.0.0.1", "localhost") + "/echo", deadline=2)
    assert answer.status == 200


async def test_certificate_nobody_vouches_for_is_not_trusted(tmp_path, upstream):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    http = HTTPServer(Application([]), ssl_options=context)
    sockets = bind_sockets(0, "127.0.0.1")
    http.add_sockets(sockets)
    try:
        with pytest.raises(Unavailable, match="certificate is not trusted"):
            await upstream.get(f"https://127.0.0.1:{sockets[0].getsockname()[1]}/", deadline=2)
    finally:
        http.stop()
        await http.close_all_connections()


def self_signed(folder):
    """A certificate that vouches for itself, and its key, in one file."""
    private, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    parts = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    dated = parts.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = dated.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "certificate.pem"
    path.write_bytes(made + private.private_bytes(serialization.Encoding.PEM, *form))
    return path


async def test_body_is_bounded(server, upstream):
    with pytest.raises(BadAnswer, match="more than 1,000,000 bytes"):
        await upstream.get(f"{server.address}/large", deadline=2)


async def test_body_is_bounded_after_unpacking_and_so_is_memory(server, upstream):
    tracemalloc.start()
    with pytest.raises(BadAnswer, match="more than 1,000,000 bytes"):
        await upstream.get(f"{server.address}/bomb", deadline=5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


async def test_packed_body_is_unpacked(server, upstream):
    assert (await upstream.get(f"{server.address}/zipped", deadline=2)).body == b'{"total": 5}'


async def test_body_that_is_not_packed_as_it_says_is_a_bad_answer(server, upstream):
    with pytest.raises(BadAnswer, match="could not be decompressed"):
        await upstream.get(f"{server.address}/not-gzip", deadline=2)


async def test_redirect_is_not_followed(server, upstream):
    answer = await upstream.get(f"{server.address}/elsewhere", deadline=2)
    assert answer.status == 302
    assert server.faults.count_requests("/echo") == 0


async def test_proxy_of_the_environment_is_not_used(server, upstream, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert (await upstream.get(f"{server.address}/echo", deadline=2)).status == 200


@pytest.mark.parametrize(
    "fault",
    [
        Fault("close"),
        Fault("reset"),
        Fault("truncate"),
        Fault("hang", seconds=2),
        Fault("drip", seconds=0.1),
    ],
    ids=lambda fault: fault.kind,
)
async def test_error_quotes_neither_address_nor_secret(fault, server, upstream):
    server.faults.inject("/echo", fault)
    with pytest.raises(SourceError) as caught:
        await upstream.get(f"{server.address}/echo", deadline=0.3, params={"access_token": SECRET})
    results = "".join(str(error) for error in chain(caught.value))
    assert SECRET not in results
    assert server.address not in results


@pytest.mark.parametrize(
    "address", [f"http://127.0.0.1:1/{SECRET}", f"ftp://h.invalid/{SECRET}", f"http://:99999/{SECRET}"]
)
async def test_address_that_cannot_be_asked_is_not_quoted(address, upstream):
    with pytest.raises(SourceError) as caught:
        await upstream.get(address, deadline=0.3)
    assert SECRET not in "".join(str(error) for error in chain(caught.value))


async def test_key_that_would_break_the_headers_is_refused(server, upstream):
    with pytest.raises(BadAnswer):
        await upstream.get(f"{server.address}/echo", deadline=2, headers={"Authorization": f"Bearer {SECRET}\r\nX: 1"})


def chain(error: BaseException):
    """The error and what a traceback would show with it."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
