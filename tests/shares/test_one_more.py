"""One more network costs one file: what docs/networks.md promises is tried, and its table is true."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from demo.faults import Fault
from tests.shares.conftest import HOME
from utilities.config.discovery import discover_units
from utilities.shares import providers as shares
from utilities.shares.providers import Provider
from utilities.sources.social import SOURCE, ShareQuery

PAGE = Path(__file__).parents[2] / "docs" / "networks.md"


@pytest.fixture
def one_more(tmp_path: Path) -> Iterator[None]:
    """The example of the page as a file in a folder that counts as part of `utilities.shares.providers`."""
    example = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert example
    (tmp_path / "buffer.py").write_text(example[1], encoding="utf-8")
    shares.__path__.append(str(tmp_path))
    yield
    shares.__path__.remove(str(tmp_path))
    sys.modules.pop("utilities.shares.providers.buffer", None)


async def test_file_that_is_put_there_is_a_column(one_more, network_server, settings):
    network_server.faults.inject("/buffer/1/links/shares.json", Fault("body", body='{"shares": 12}'))
    extra = {"BUFFER_API_URL": SecretStr(f"{network_server.address}/buffer")}
    source = await SOURCE.open(settings(share_providers=("buffer",), extra=extra), network_server.clock)
    assert source is not None
    frame = await source.fetch_frame(ShareQuery((HOME,)))
    await source.close()
    assert (frame.columns[1].heading, frame.rows) == ("Buf", ((HOME, 12),))


def test_table_of_the_page_says_what_is_true():
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    results = {row[0].strip("| `"): (row[1], row[2], row[3]) for row in rows}
    assert results == {
        each.name: (each.heading, each.description, f"every {each.refresh_every.total_seconds() / 60:g} min")
        for each in discover_units(shares, "PROVIDER", Provider)
    }
