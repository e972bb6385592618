"""A wrong name of a site is called wrong, and a path may be typed as browsers show it or as servers log it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.pageviews.storage.views import view
from utilities.commands.page_view_data import run_export, run_forget
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import SettingsError
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.open import open_page_view_store


@pytest.fixture
def conf(settings: Callable[..., Settings], tmp_path: Path) -> Settings:
    (tmp_path / "sites.yaml").write_text("sites:\n  - {name: shop, domains: [shop.example.com]}\n")
    return settings(boards_dir=tmp_path)


@pytest.fixture
async def store(conf: Settings) -> AsyncIterator[PageViewStore]:
    store = await open_page_view_store(conf, utc_now)
    yield store
    await store.close()


async def test_wrong_name_of_a_site_is_called_wrong(conf: Settings, store: PageViewStore, tmp_path: Path):
    await store.add_views([view(site="former")])
    with pytest.raises(SettingsError, match=r"no site shpo\. Did you mean shop\? There are: former, shop"):
        await run_forget(conf, "shpo", None, "/", None)
    with pytest.raises(SettingsError, match=r"no site formr\. Did you mean former\?"):
        await run_export(conf, tmp_path / "x.csv", None, "formr")


@pytest.mark.parametrize("typed", ["/café/%7Ejo", "/caf%C3%A9/~jo", "/caf%c3%a9/*"])
async def test_path_is_decoded(conf: Settings, store: PageViewStore, typed: str, capsys: pytest.CaptureFixture[str]):
    await store.add_views([view(site="former", path="/café/~jo"), view(site="former", path="/cafe")])
    assert await run_forget(conf, "former", None, typed, None) == 0
    assert capsys.readouterr().out == "1 page views deleted.\n"
