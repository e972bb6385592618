"""Limits how many different paths a site may have in a day, so that nobody can fill the store with invented ones."""

from datetime import date, timedelta

from utilities.model.frames import REST_NAME
from utilities.pageviews import PageView

MAX_TRACKED_SITES = 1000


class PathLimit:
    """The paths of today and yesterday for each site, in the memory of this process; empty after a restart.

    Paths of yesterday are always accepted: a flood of invented paths can only hide new pages.
    """

    def __init__(self) -> None:
        # by site: the day, the hashes of its paths, and those of the day before
        self.days: dict[str, tuple[date, set[int], set[int]]] = {}

    def limit_path(self, view: PageView, max_paths: int) -> PageView:
        """Returns the page view; with REST_NAME when the site has had `max_paths` different paths today."""
        day = (view.at + timedelta(minutes=view.offset)).date()
        paths = self.days.get(view.site)
        if paths is None or paths[0] != day:
            paths = self._start_day(view.site, day)
        path = hash(view.path)
        if path in paths[1]:
            return view
        if len(paths[1]) >= max_paths and path not in paths[2]:
            return view._replace(path=REST_NAME, title="")
        paths[1].add(path)
        return view

    def _start_day(self, site: str, day: date) -> tuple[date, set[int], set[int]]:
        before = self.days.pop(site, None)
        if len(self.days) >= MAX_TRACKED_SITES:
            del self.days[next(iter(self.days))]
        self.days[site] = (day, set(), before[1] if before else set())
        return self.days[site]
