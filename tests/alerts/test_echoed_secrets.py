"""Servers that repeat all that they get, in every part of an answer: nothing of it is in a text of Foyer's."""

import asyncio
import base64
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio

from tests.alerts.conftest import DARK
from utilities.accounts.database.connection import open_state_database
from utilities.alerts.channels import DeliveryFailed
from utilities.alerts.check_channel import check_channel
from utilities.alerts.delivery import channel_types, open_notice_delivery
from utilities.commands.send_notice import run_send_notice
from utilities.config.environment import read_settings
from utilities.config.settings import Settings
from utilities.logs import TextLogFormatter
from utilities.model.clock import utc_now
from utilities.pageviews.server_zone import server_zone
from utilities.runtime.supervised_loop import catch_error

PASSWORD = "q7Kx@Wn4:Tz9/Lb2#Rv6+Gs3"
USER = "hJ5mVc8pYd1nXe0r"
TEAM, HOOK, PARAMETER = "T0Qz81Hk4", "p9WmVr4LxTq7Zs2Nd6Bg8Jf3", "Cy5Kt7Mw1Qh9Px4R"
KEY = base64.b64encode(b"8Zr3Vk6Tn1Ws9Lq4Xd7Hb2Mf5Gc0Jp").decode()
SECRET_TEXTS = (*re.split("[@:/#+]", PASSWORD), USER, TEAM, HOOK, PARAMETER, KEY, *map(quote, (PASSWORD, KEY)))
ANSWERS = {
    "refusal": "HTTP/1.1 403 {echo}\r\nX-Echo: {echo}\r\nServer: {echo}\r\nContent-Length: 4\r\n\r\nnope",
    "redirect": "HTTP/1.1 302 {echo}\r\nLocation: http://127.0.0.1:9/{path}?{echo}\r\nContent-Length: 0\r\n\r\n",
    "failure": "HTTP/1.1 500 {echo}\r\nRetry-After: {echo}\r\nContent-Length: {length}\r\n\r\n{echo}",
    "half an answer": "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{echo}",
    "no HTTP": "{echo}\r\n\r\n",
    "a header that is none": "HTTP/1.1 200 OK\r\n{path} {echo}\r\n\r\n",
}


class EchoServers:
    """A webhook and a mail server. `answer` is one of ANSWERS; `received` is what they got."""

    answer = ANSWERS["refusal"]

    def __init__(self) -> None:
        self.received: list[str] = []

    async def start(self) -> tuple[asyncio.Server, asyncio.Server]:
        servers = [await asyncio.start_server(each, "127.0.0.1", 0) for each in (self.serve_hook, self.serve_mail)]
        self.hook_port, self.mail_port = (each.sockets[0].getsockname()[1] for each in servers)
        return servers[0], servers[1]

    async def serve_hook(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.received.append(head)
        echo = re.sub(r"[\r\n]+", " ", head)
        writer.write(self.answer.format(echo=echo, path=head.split()[1], length=len(echo)).encode())
        writer.close()

    async def serve_mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        echo = ""
        while line := (await reader.readline()).decode().strip():
            words = [base64.b64decode(word) for word in re.findall(r"[\w+/]{8,}={0,2}$", line)]
            echo += " ".join([line, *(re.sub(rb"[^ -~]", b" ", each).decode() for each in words)])
            self.received.append(echo)
            is_greeting = line.upper().startswith("EHLO")
            writer.write(b"250-hi\r\n250 AUTH PLAIN LOGIN\r\n" if is_greeting else f"535 {echo}\r\n".encode())
        writer.close()


@pytest_asyncio.fixture
async def echo() -> AsyncIterator[EchoServers]:
    servers = EchoServers()
    started = await servers.start()
    yield servers
    for each in started:
        each.close()


@pytest.fixture
def alert_settings(echo: EchoServers, tmp_path: Path) -> Settings:
    hook = f"http://127.0.0.1:{echo.hook_port}"
    environ = {
        "SMTP_URL": f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{echo.mail_port}?tls=none",
        "MAIL_FROM": "foyer@example.com",
        "ALERT_MAIL_TO": "ada@example.com",
        "ALERT_SLACK_URL": f"{hook}/services/{TEAM}/{HOOK}",
        "ALERT_WEBHOOK_URL": f"{hook}/hooks/{HOOK}?key={PARAMETER}&password={quote(PASSWORD, safe='')}",
        "ALERT_WEBHOOK_SECRET": f"whsec_{KEY}",
        "DATA_DIR": str(tmp_path / "var"),
    }
    return read_settings(environ, env_file=None)


def find_leaks(text: str) -> list[str]:
    """Returns the pieces of six characters of the secrets that are in a text."""
    return [piece for each in SECRET_TEXTS for at in range(len(each) - 5) if (piece := each[at : at + 6]) in text]


SLOW_ANSWERS = [pytest.param(each, marks=pytest.mark.slow) for each in ANSWERS if each != "failure"]


@pytest.mark.parametrize("answer", ["failure", *SLOW_ANSWERS])
async def test_what_servers_of_notices_repeat_is_in_no_message_log_or_file(
    answer: str,
    echo: EchoServers,
    alert_settings: Settings,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.DEBUG)
    echo.answer = ANSWERS[answer]
    checks = [await catch_error(check_channel(kind, alert_settings)) for kind in channel_types()]
    assert isinstance(checks[0], DeliveryFailed)
    database = await open_state_database(alert_settings)
    async with open_notice_delivery(alert_settings, database, server_zone(alert_settings), utc_now) as delivery:
        await database.run(lambda connection: delivery.write_notice(connection, DARK))
        for worker in delivery.workers.values():
            await worker.send_due()
        assert not any(facts["works"] for facts in delivery.health().values())
    await database.close()
    logged = "\n".join(map(TextLogFormatter(alert_settings.redactor()).format, caplog.records))
    assert await run_send_notice(alert_settings) == 1
    assert not find_leaks(f"{checks} {logged} {capsys.readouterr()}")
    files = b"".join(path.read_bytes() for path in alert_settings.data_dir.rglob("*") if path.is_file())
    assert DARK.title.encode() in files
    assert not find_leaks(files.decode("latin-1"))
    received = "\n".join(echo.received)
    assert all(each in received for each in (USER, TEAM, HOOK, PARAMETER))
