"""Machines that are not visitors: bots, libraries, referrer spam, and browsers that prefetch."""

from random import Random

CRAWLERS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
    "python-requests/2.32.3",
    "curl/8.14.1",
    "",
)
SPAMMERS = (
    "http://semalt.com/",
    "http://buttons-for-website.com/",
    "http://darodar.com/forum",
    "http://4webmasters.org/",
)
AHEAD = {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}
PERSON = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


def random_machine(chance: Random) -> tuple[str, str, str, dict[str, str]]:
    """A machine: user agent, address, referrer and headers. The addresses are reserved for examples (RFC 5737)."""
    address = f"203.0.113.{chance.randrange(1, 255)}"
    kind = chance.random()
    if kind < 0.75:
        return chance.choice(CRAWLERS), address, "", {}
    if kind < 0.88:
        return PERSON, address, chance.choice(SPAMMERS), {}
    return PERSON, address, "", dict(AHEAD)
