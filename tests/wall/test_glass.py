"""What people see on a wall that nobody touches."""

from playwright.async_api import Page, expect

from tests.wall.conftest import House, number, table


async def test_figures_change_on_the_glass_without_a_reload(house: House, glass: Page) -> None:
    await house.show("visitors", number(21480))
    await glass.goto(house.url())
    tile = glass.locator("[data-tile=visitors]")
    await expect(tile).to_contain_text("21,480")
    await glass.evaluate("window.sameLife = true")
    await house.show("visitors", number(21481))
    await expect(tile).to_contain_text("21,481")
    assert await glass.evaluate("window.sameLife")
    await house.show("pages", table(("/", 3), ("/careers", 2)))
    await expect(glass.locator("[data-tile=pages]")).to_contain_text("/careers")
