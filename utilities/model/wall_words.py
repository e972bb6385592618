"""Causes of failures in words for people who see the wall; the operator's words are the error's message.

Each is one sentence of at most ten words, without codes, addresses and names of settings. `{source}` is replaced by the
title of the source.
"""

from utilities.model.errors import ErrorKind, SourceError, error_kind

GOOGLE_REVOKED = "Google no longer lets us in."
GOOGLE_FORBIDS = "Google does not let us see these figures."
GOOGLE_API_DISABLED = "Google's figures are not switched on yet."
GOOGLE_NO_PROPERTY = "Google cannot find our website."
GOOGLE_REJECTS = "Google does not understand what we ask."
GOOGLE_BROKEN = "Google has a fault of its own."
GOOGLE_UNRESOLVED = "This network cannot find Google."
GOOGLE_UNTRUSTED = "The connection to Google is not safe."
PROXY_BLOCKS = "The way to the internet is blocked here."
CLOCK_WRONG = "The clock of our server is wrong."
NOT_CONNECTED = "{source} is not connected yet."
TIMEOUT = "{source} does not answer in time."

WORDS_BY_KIND = {
    ErrorKind.UNAVAILABLE: "{source} cannot be reached.",
    ErrorKind.OVER_QUOTA: "{source} gives us no more figures for now.",
    ErrorKind.MISCONFIGURED: "{source} must be set up correctly first.",
    ErrorKind.BAD_ANSWER: "The answer of {source} cannot be read.",
    ErrorKind.INTERNAL: "Something is wrong with our own server.",
}


def describe_for_wall(error: Exception, source: str) -> str:
    """Returns why there are no figures, for people who see the wall; `source` is the title of what was queried."""
    own = error.wall_text if isinstance(error, SourceError) else ""
    text = (own or WORDS_BY_KIND[error_kind(error)]).replace("{source}", source)
    return text[:1].upper() + text[1:]
