"""The product from settings to the wall, with a simulated internet or with recorded answers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from demo.internet import Internet
from handlers.serving.server import run_server
from tests.noon import start_noon_clock
from tests.rendering.walls.conftest import wall_page
from utilities.config.environment import read_settings
from utilities.services import Services

__all__ = ["wall_page"]

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "ga4"


@dataclass(frozen=True)
class Foyer:
    """A Foyer that serves."""

    services: Services
    address: str


OpenFoyer = Callable[..., Awaitable[Foyer]]


@pytest_asyncio.fixture(loop_scope="session")
async def internet(tmp_path: Path) -> AsyncIterator[Internet]:
    folder = tmp_path / "internet"
    folder.mkdir()
    async with Internet(folder, clock=start_noon_clock()) as internet:
        yield internet


@pytest_asyncio.fixture(loop_scope="session")
async def open_foyer(tmp_path: Path) -> AsyncIterator[OpenFoyer]:
    """`await open_foyer(environment, board="yaml")`: the product with these variables, and the usual boards or this."""
    async with AsyncExitStack() as stack:

        async def open_one(environment: Mapping[str, str], board: str = "") -> Foyer:
            variables = {"PORT": "0", "DATA_DIR": str(tmp_path / "var"), **environment}
            if board:
                folder = tmp_path / "boards"
                folder.mkdir(exist_ok=True)
                (folder / "office.yaml").write_text(board)
                variables["BOARDS_DIR"] = str(folder)
            settings = read_settings(variables, env_file=None)
            services, port = await stack.enter_async_context(run_server(settings, start_noon_clock()))
            return Foyer(services, f"http://127.0.0.1:{port}")

        yield open_one


@pytest.fixture
def recordings() -> Path:
    if not RECORDINGS.is_dir():
        pytest.skip("the recorded answers of a real property are not next to this checkout")
    return RECORDINGS
