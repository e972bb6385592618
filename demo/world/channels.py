"""Traffic channels: sources, campaigns and search terms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """One channel; its visits begin on paths that start with `lands`, '' for any."""

    source: str
    medium: str
    group: str
    referrers: tuple[str, ...]
    weight: float
    lands: str = ""
    campaign: str = "(not set)"
    terms: tuple[str, ...] = ()
    nasty: float = 0.0


PAID = ("postgres backup", "managed backups", "pitr tool", "database restore", "example backup", "pg_dump alternative")

CHANNELS: tuple[Channel, ...] = (
    Channel("google", "organic", "Organic Search", ("https://www.google.com/",), 340, campaign="(organic)"),
    Channel("(direct)", "(none)", "Direct", (), 205, campaign="(direct)"),
    Channel(
        "news.ycombinator.com",
        "referral",
        "Referral",
        ("https://news.ycombinator.com/", "https://news.ycombinator.com/item?id=46012911", "https://hckrnews.com/"),
        96,
        "/blog/",
    ),
    Channel("newsletter", "email", "Email", (), 62, "/blog/", "november-letter"),
    Channel("linkedin.com", "referral", "Organic Social", ("https://www.linkedin.com/",), 41, "/blog/"),
    Channel("google", "cpc", "Paid Search", ("https://www.google.com/",), 38, "/", "brand-2026", PAID),
    Channel(
        "github.com",
        "referral",
        "Referral",
        (
            "https://github.com/",
            "https://github.com/example/restore-drill",
            "https://github.com/topics/backup",
        ),
        36,
        "/docs",
    ),
    Channel("bing", "organic", "Organic Search", ("https://www.bing.com/",), 29, campaign="(organic)"),
    Channel("duckduckgo", "organic", "Organic Search", ("https://duckduckgo.com/",), 27, campaign="(organic)"),
    Channel(
        "reddit.com",
        "referral",
        "Organic Social",
        ("https://www.reddit.com/", "https://www.reddit.com/r/PostgreSQL/", "https://old.reddit.com/r/sysadmin/"),
        26,
        "/blog/",
    ),
    Channel("lobste.rs", "referral", "Referral", ("https://lobste.rs/", "https://lobste.rs/t/databases"), 20, "/blog/"),
    Channel("planetpostgres.org", "referral", "Referral", ("https://planetpostgres.org/",), 14, "/blog/postgres"),
    Channel("chatgpt.com", "referral", "AI Assistant", ("https://chatgpt.com/",), 17),
    Channel("t.co", "referral", "Organic Social", ("https://t.co/",), 11, "/blog/"),
    Channel("stackoverflow.com", "referral", "Referral", ("https://stackoverflow.com/",), 10, "/docs"),
    Channel("facebook.com", "referral", "Organic Social", ("https://l.facebook.com/",), 7, "/blog/"),
    Channel("dbweekly.com", "referral", "Referral", ("https://dbweekly.com/issues/588",), 9, "/blog/"),
    Channel("medium.com", "referral", "Referral", ("https://medium.com/",), 6, "/blog/"),
    Channel("ecosia.org", "organic", "Organic Search", ("https://www.ecosia.org/",), 5, campaign="(organic)"),
    Channel("google", "cpc", "Cross-network", ("https://www.google.com/",), 4, "/", "pmax", ("(not set)",), 190),
    Channel("(not set)", "(not set)", "Unassigned", (), 4, "", "(not set)", (), 420),
    Channel("(data not available)", "(data not available)", "Unassigned", (), 1, "", "(data not available)", (), 400),
    Channel("", "", "Unassigned", (), 0.5, "", "", (), 380),
    Channel(
        "مثال.إختبار", "referral", "Referral", ("https://xn--mgbh0fb.xn--kgbechtv/",), 0.5, "", "(not set)", (), 360
    ),
    Channel("<img src=x onerror=alert(1)>", "referral", "Referral", ("javascript:alert(1)",), 0.3, nasty=370),
    Channel("a" * 120 + ".example.net", "referral", "Referral", (f"https://{'a' * 120}.example.net/",), 0.2, nasty=350),
)

QUERIES: tuple[tuple[str, str, float, float], ...] = (
    ("postgres jsonb index", "/blog/postgres-jsonb-indexes", 100, 2.1),
    ("jsonb gin index", "/blog/postgres-jsonb-indexes", 61, 3.4),
    ("why leave kubernetes", "/blog/why-we-left-kubernetes", 48, 1.8),
    ("sqlite in production", "/blog/sqlite-in-production", 44, 4.2),
    ("postgres vacuum explained", "/blog/vacuum-explained", 39, 3.1),
    ("example backup", "/", 36, 1.0),
    ("point in time recovery postgres", "/blog/point-in-time-recovery", 28, 5.6),
    ("postgres backup tool", "/", 24, 7.9),
    ("uuid vs bigint primary key", "/blog/uuid-or-bigint", 19, 6.3),
    ("replication slot disk full", "/blog/replication-slots", 18, 2.4),
    ("read explain analyze", "/blog/reading-query-plans", 16, 8.8),
    ("on call small team", "/blog/how-we-do-on-call", 12, 4.9),
    ("zfs snapshot backup", "/blog/zfs-snapshots", 11, 9.7),
    ("how to escape a single quote in c'est la vie", "/blog/escaping", 3, 11.2),
    ("גיבוי postgres", "/he/gibui", 2, 6.0),
)
"""Search terms in Google: words, landing page, frequency, and position in the results."""
