"""The queries of referrers: domains and pages elsewhere, and the pages they lead to."""

from utilities.pageviews.queries import ranked_query, text_column

HAS_REFERRER_SQL = "name = '' AND referrer_host <> ''"
DOMAIN_COLUMN = text_column("referrer_host", "Domain")
REFERRER_COLUMN = text_column("referrer", "Referrer")
LINKED_PAGE_COLUMN = text_column("path", "Page")

QUERIES = (
    ranked_query("referrers", DOMAIN_COLUMN, only=HAS_REFERRER_SQL, has_unknown=False),
    ranked_query("referrers-by-page", REFERRER_COLUMN, only=HAS_REFERRER_SQL, has_unknown=False),
    ranked_query("referrers-for-page", LINKED_PAGE_COLUMN, REFERRER_COLUMN, only=HAS_REFERRER_SQL, has_unknown=False),
    ranked_query("referrers-to-page", REFERRER_COLUMN, LINKED_PAGE_COLUMN, only=HAS_REFERRER_SQL, has_unknown=False),
)
