"""The pages of the demo company, which makes a backup tool and writes about databases."""

from dataclasses import dataclass

HOST = "www.example.com"
WEBSITE = f"https://{HOST}"


@dataclass(frozen=True)
class Page:
    """One page; `weight` is how often it is read, `nasty` how often in a nasty world."""

    path: str
    title: str
    weight: float
    nasty: float = 0.0

    @property
    def url(self) -> str:
        return WEBSITE + self.path

    @property
    def section(self) -> str:
        """Returns the first folder of the path: `blog`, `docs`, or ''."""
        return self.path.split("/")[1] if self.path.count("/") > 1 else ""

    @property
    def reading_seconds(self) -> float:
        """Returns the average reading time in seconds: long for posts, short for front pages."""
        if self.section == "blog":
            return 85 + len(self.title) * 37 % 11 * 16.0
        return 110.0 if self.section == "docs" else 28 + len(self.title) % 5 * 9.0


LONG_TITLE = (
    "Everything we know about moving a very large table from one cluster to another without anybody noticing, "
    "including the four attempts that failed, what each of them cost, who was woken up, which of the manuals were "
    "wrong, and the forty-one steps of the runbook that we follow today and that has not failed us once"
)

PAGES: tuple[Page, ...] = (
    Page("/", "Example: backups you have actually restored", 90),
    Page("/blog/postgres-jsonb-indexes", "When a JSONB index pays, and when it does not", 118),
    Page("/blog/why-we-left-kubernetes", "Why we left Kubernetes", 104),
    Page("/blog/a-thousand-restores", "What a thousand restores taught us about backups", 61),
    Page("/blog/a-year-of-remote-first", "A year of remote first", 47),
    Page("/blog/sqlite-in-production", "SQLite in production: the first two years", 44),
    Page("/blog/vacuum-explained", "VACUUM, explained with a bookshelf", 38),
    Page("/blog/the-cost-of-a-minute", "The cost of a minute of downtime", 26),
    Page("/blog/how-we-do-on-call", "How we do on-call with six people", 24),
    Page("/blog/point-in-time-recovery", "Point-in-time recovery from nothing but a bucket", 22),
    Page("/blog/boring-deployments", "In praise of boring deployments", 20),
    Page("/blog/reading-query-plans", "Reading query plans without fear", 19),
    Page("/blog/replication-slots", "The replication slot that ate the disk", 17),
    Page("/blog/our-hiring-process", "Our hiring process, step by step", 15),
    Page("/blog/checksums-everywhere", "Checksums everywhere", 13),
    Page("/blog/uuid-or-bigint", "UUID or bigint?", 13),
    Page("/blog/pricing-in-public", "We changed our prices. Here is what happened", 12),
    Page("/blog/logical-decoding", "Logical decoding in an afternoon", 11),
    Page("/blog/backup-encryption", "Encrypting backups so that you can still read them", 10),
    Page("/blog/zfs-snapshots", "ZFS snapshots are not backups (except when they are)", 10),
    Page("/blog/postmortem-12-march", "Postmortem: 47 minutes on the 12th of March", 9),
    Page("/blog/connection-pooling", "Connection pooling: how many is too many?", 9),
    Page("/blog/four-day-week", "Eighteen months of a four-day week", 8),
    Page("/blog/rust-rewrite", "The rewrite we did not do", 8),
    Page("/blog/index-only-scans", "Index-only scans in real life", 7),
    Page("/blog/s3-compatible", "“S3-compatible” and other fairy tales", 7),
    Page("/blog/time-zones", "Time zones: every mistake we made", 6),
    Page("/blog/retention-policies", "Retention policies people can read", 5),
    Page("/blog/partitioning", "Partitioning a billion rows", 5),
    Page("/blog/open-source", "What we open-sourced this year", 4),
    Page("/blog/accessibility", "A status page everybody can use", 3),
    Page("/blog", "Blog | Example", 33),
    Page("/pricing", "Pricing | Example", 36),
    Page("/features", "Features | Example", 21),
    Page("/features/restore-drills", "Restore drills that run themselves | Example", 12),
    Page("/customers", "Customers | Example", 9),
    Page("/careers", "Careers | Example", 18),
    Page("/careers/site-reliability-engineer", "Site reliability engineer (remote) | Example", 9),
    Page("/about", "About us | Example", 10),
    Page("/contact", "Contact | Example", 6),
    Page("/signup", "Start your trial | Example", 14),
    Page("/signup/thanks", "Welcome aboard | Example", 3),
    Page("/login", "Sign in | Example", 15),
    Page("/docs", "Documentation | Example", 25),
    Page("/docs/quick-start", "Quick start | Example documentation", 22),
    Page("/docs/postgres", "Backing up PostgreSQL | Example documentation", 19),
    Page("/docs/mysql", "Backing up MySQL | Example documentation", 9),
    Page("/docs/restore", "Restoring | Example documentation", 14),
    Page("/docs/api", "API reference | Example documentation", 11),
    Page("/docs/changelog", "Changelog | Example documentation", 7),
    Page("/status", "Status | Example", 5),
    Page("/legal/privacy", "Privacy | Example", 2),
    Page("/blog/moving-a-large-table", LONG_TITLE, 1.2, 130),
    Page("/blog/escaping", "<script>alert(1)</script> and \"other\" titles we've 'escaped' & survived", 0.9, 125),
    Page("/blog/ausfallsicherheit", "🔥 Ausfallsicherheit für Fußgänger 🚲", 0.8, 110),
    Page("/he/gibui", "גיבויים שאפשר לשחזר", 0.7, 108),
    Page("/blog/cote-d-ivoire", "Opening our office in Côte d'Ivoire", 0.7, 105),
    Page("/blog/" + "a-very-long-slug-" * 12 + "end", "(not set)", 0.4, 100),
    Page("/old/%3Cb%3Ebold%3C/b%3E", "", 0.3, 96),
)

LOST_PAGE = Page("(other)", "(other)", 0.0, 260)
"""The row into which GA4 merges rows when there are too many; only in a nasty world."""
