"""The demo company and its visitors: the generated visits that all servers count."""

from demo.world.days import Day, World
from demo.world.pages import PAGES, WEBSITE, Page

__all__ = ["PAGES", "WEBSITE", "Day", "Page", "World"]
