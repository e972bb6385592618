"""The pretend company and its visitors: what really happened, before anybody counts it."""

from demo.world.days import Day, World
from demo.world.pages import PAGES, WEBSITE, Page

__all__ = ["PAGES", "WEBSITE", "Day", "Page", "World"]
