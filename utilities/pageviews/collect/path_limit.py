"""How many different paths a site may have in a day, so that nobody can fill the store with made-up ones."""

from datetime import date, timedelta

from utilities.pageviews import PageView

OTHER = "(other)"
MOST_SITES = 1000


class Paths:
    """The paths of today and yesterday, by site; in this process's memory, begun anew when it starts.

    Paths that yesterday had are never turned away: whoever floods a site with made-up paths hides new pages at most.
    """

    def __init__(self) -> None:
        self.days: dict[str, tuple[date, set[int], set[int]]] = {}

    def kept(self, view: PageView, most: int) -> PageView:
        """The page view, with `(other)` for its path when the site has had `most` different ones today."""
        day = (view.at + timedelta(minutes=view.offset)).date()
        known = self.days.get(view.site)
        if known is None or known[0] != day:
            known = self.turn(view.site, day)
        path = hash(view.path)
        if path in known[1]:
            return view
        if len(known[1]) >= most and path not in known[2]:
            return view._replace(path=OTHER, title="")
        known[1].add(path)
        return view

    def turn(self, site: str, day: date) -> tuple[date, set[int], set[int]]:
        before = self.days.pop(site, None)
        if len(self.days) >= MOST_SITES:
            del self.days[next(iter(self.days))]
        self.days[site] = (day, set(), before[1] if before else set())
        return self.days[site]
