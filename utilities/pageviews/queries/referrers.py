"""Pages elsewhere that link to us, and which of our pages they lead to."""

from utilities.pageviews.queries import ranked, text

ELSEWHERE = "name = '' AND referrer_host <> ''"
DOMAIN = text("referrer_host", "Domain")
REFERRER = text("referrer", "Referrer")
PAGE = text("path", "Page")

QUESTIONS = (
    ranked("referrers", DOMAIN, only=ELSEWHERE),
    ranked("referrers-by-page", REFERRER, only=ELSEWHERE),
    ranked("referrers-for-page", PAGE, REFERRER, only=ELSEWHERE),
    ranked("referrers-to-page", REFERRER, PAGE, only=ELSEWHERE),
)
