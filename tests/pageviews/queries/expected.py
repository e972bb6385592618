"""The expected rows of each report for the page views in week.py, calculated by hand."""

from tests.pageviews.queries.week import BUY, TITLES
from utilities.model.frames import Value

Rows = tuple[tuple[Value, ...], ...]

HOME, PRICING = TITLES["/"], TITLES["/pricing"]
NOBODY = (0, 0, 0)
FIRST_THREE_DAYS = tuple((f"2026-03-{day:02d}", *NOBODY) for day in range(4, 9))
WEEKDAY_VIEWS = {
    ("Mon", "23:00"): 1,
    ("Tue", "00:00"): 1,
    ("Tue", "09:00"): 3,
    ("Tue", "10:00"): 1,
    ("Tue", "12:00"): 1,
}

EXPECTED: dict[str, Rows] = {
    # views, visitors, visits, bounce rate, visit length, views a visit; each with the week before
    "totals": ((7, 2, 3, 1, 4, 1, 0.25, 0.0, 70.0, 120.0, 1.75, 2.0),),
    "by-day": (*FIRST_THREE_DAYS, ("2026-03-09", 1, 1, 1), ("2026-03-10", 6, 3, 4)),
    "dropped": tuple((f"2026-03-{day:02d}", *(0,) * 11) for day in range(4, 11)),
    "four-hours": (
        ("08:00 to 12:00", 4, 2, 2),
        ("00:00 to 04:00", 1, 1, 1),
        ("12:00 to 16:00", 1, 1, 1),
        ("20:00 to 24:00", 1, 1, 1),
        ("04:00 to 08:00", *NOBODY),
        ("16:00 to 20:00", *NOBODY),
    ),
    "weekday-hours": tuple(
        (day, f"{hour:02d}:00", WEEKDAY_VIEWS.get((day, f"{hour:02d}:00"), None if day == "Tue" and hour > 12 else 0))
        for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        for hour in range(24)
    ),
    # views, unique views, average time, entrances, exits, bounces
    "pages": (
        ("/", 3, 3, 60.0, 2, 2, 0),
        ("/pricing", 3, 3, 90.0, 2, 1, 1),
        (BUY, 1, 1, None, 0, 1, 0),
    ),
    "titled-pages": (
        ("/", 3, 3, 60.0, HOME),
        ("/pricing", 3, 3, 90.0, PRICING),
        (BUY, 1, 1, None, TITLES[BUY]),
    ),
    "titles": ((PRICING, 3, 3, 3), (HOME, 2, 3, 3), (TITLES[BUY], 1, 1, 1)),
    # visits, visitors, views, bounce rate, visit length, views a visit
    "landing-pages": (("/pricing", 2, 2, 3, 0.5, 30.0, 1.5), ("/", 2, 1, 4, 0.0, 110.0, 2.0)),
    "exit-pages": (("/", 2, 3, 2 / 3), (BUY, 1, 1, 1.0), ("/pricing", 1, 3, 1 / 3)),
    "sources": (
        ("google", "organic", 1, 1, 3, 0.0, 210.0, 3.0),
        ("news.example", "referral", 1, 1, 2, 0.0, 60.0, 2.0),
        ("(direct)", "(none)", 1, 1, 1, 0.0, 10.0, 1.0),
        ("letter", "email", 1, 1, 1, 1.0, 0.0, 1.0),
    ),
    "channels": (
        ("Organic Search", 1, 1, 3, 0.0, 210.0, 3.0),
        ("Referral", 1, 1, 2, 0.0, 60.0, 2.0),
        ("Direct", 1, 1, 1, 0.0, 10.0, 1.0),
        ("Email", 1, 1, 1, 1.0, 0.0, 1.0),
    ),
    "campaigns": (("spring", "letter", "email", 1, 1, 1, 1.0, 0.0, 1.0),),
    # visitors, visits, views
    "referrers": (("google.com", 1, 1, 1), ("news.example", 1, 1, 1)),
    "referrers-by-page": (("https://news.example/item?id=1,2", 1, 1, 1), ("https://www.google.com/", 1, 1, 1)),
    "referrers-for-page": (
        ("/", "https://www.google.com/", 1, 1, 1),
        ("/pricing", "https://news.example/item?id=1,2", 1, 1, 1),
    ),
    "referrers-to-page": (
        ("https://news.example/item?id=1,2", "/pricing", 1, 1, 1),
        ("https://www.google.com/", "/", 1, 1, 1),
    ),
    "countries": (("Germany", 1, 2, 4), ("unknown", 1, 1, 2), ("France", 1, 1, 1)),
    "browsers": (("Chrome", "120", 2, 3, 5), ("Safari", "17.4", 1, 1, 2)),
    "systems": (("Windows", "10", 2, 3, 5), ("iOS", "17", 1, 1, 2)),
    "devices": (("desktop", 2, 3, 5), ("mobile", 1, 1, 2)),
    "agents": (("Mozilla/5.0", 2, 3, 5), ("Mozilla/5.0 (iPhone)", 1, 1, 2)),
    "languages": (("de-DE", 2, 3, 5), ("unknown", 1, 1, 2)),
    "screens": (("1920 px", 2, 3, 5), ("390 px", 1, 1, 2)),
    "events": (("signup", 2, 1, 2),),
    "trails": (
        (1, 1, "/", HOME, "2026-03-10 09:00:00", 60.0),
        (1, 2, "/pricing", PRICING, "2026-03-10 09:01:00", 120.0),
        (1, 3, BUY, TITLES[BUY], "2026-03-10 09:03:00", None),
        (2, 1, "/pricing", PRICING, "2026-03-09 23:59:30", 60.0),
        (2, 2, "/", HOME, "2026-03-10 00:00:30", None),
        (3, 1, "/", HOME, "2026-03-10 12:58:00", None),
        (4, 1, "/pricing", PRICING, "2026-03-10 10:30:00", None),
    ),
    "flow": (
        ("2026-03-10", "Germany", "/", "/", 1),
        ("2026-03-10", "Germany", "/", BUY, 1),
        ("2026-03-10", "France", "/pricing", "/pricing", 1),
        ("2026-03-09", "unknown", "/pricing", "/", 1),
    ),
    "now": (("/", HOME, 1),),
    "present": ((1, 1, 1),),
    "live": (
        ("2026-03-10 12:58:00", "/", HOME, "Germany", "(direct)", "Chrome", "desktop"),
        ("2026-03-10 10:30:00", "/pricing", PRICING, "France", "letter", "Chrome", "desktop"),
        ("2026-03-10 09:03:00", BUY, TITLES[BUY], "Germany", "google", "Chrome", "desktop"),
        ("2026-03-10 09:01:00", "/pricing", PRICING, "Germany", "google", "Chrome", "desktop"),
        ("2026-03-10 09:00:00", "/", HOME, "Germany", "google", "Chrome", "desktop"),
        ("2026-03-10 00:00:30", "/", HOME, "unknown", "news.example", "Safari", "mobile"),
        ("2026-03-09 23:59:30", "/pricing", PRICING, "unknown", "news.example", "Safari", "mobile"),
    ),
}
