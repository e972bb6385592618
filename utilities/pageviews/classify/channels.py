"""GA4's default channel group: a source, a medium and a campaign in one word."""

import re

PAID = re.compile(r"(.*cp.*|ppc|retargeting|paid.*)")
SHOP = re.compile(r"(.*(([^a-df-z]|^)shop|shopping).*)")
DISPLAY = {"display", "banner", "expandable", "interstitial", "cpm"}
SOCIAL = {"social", "social-network", "social-media", "sm", "social network", "social media"}
EMAIL = {"email", "e-mail", "e_mail", "e mail"}
REFERRAL = {"referral", "app", "link"}
PAID_FOR = {"shopping": "Paid Shopping", "search": "Paid Search", "social": "Paid Social", "video": "Paid Video"}

DIRECT, NONE = "(direct)", "(none)"
"""GA4's words for a source that nothing is known of."""

ASSISTANT = "ai-assistant"
"""The medium GA4 sets for links from assistants since 13 May 2026; the campaign beside it is `(ai-assistant)`."""


def channel_of(source: str, medium: str, campaign: str, kind: str) -> str:
    """The channel by the rules of Analytics Help, "[GA4] Default channel group" (answer 9756891), in their order.

    `kind` stands for Google's lists of search, social, video and shopping sites: '' when the source is on none. Case
    plays no part.
    """
    source, medium, campaign = source.lower(), medium.lower(), campaign.lower()
    if source == DIRECT and medium in (NONE, "(not set)"):
        return "Direct"
    if "cross-network" in campaign:
        return "Cross-network"
    shops = kind == "shopping" or bool(SHOP.fullmatch(campaign))
    paid = bool(PAID.fullmatch(medium))
    if paid and (shops or kind in PAID_FOR):
        return PAID_FOR["shopping" if shops else kind]
    if medium in DISPLAY:
        return "Display"
    if paid:
        return "Paid Other"
    if medium == ASSISTANT:
        return "AI Assistant"
    return organic(medium, kind, shops) or told(source, medium) or "Unassigned"


def organic(medium: str, kind: str, shops: bool) -> str:
    """Channels that nobody paid for, or ''."""
    if shops:
        return "Organic Shopping"
    if kind == "social" or medium in SOCIAL:
        return "Organic Social"
    if kind == "video" or "video" in medium:
        return "Organic Video"
    if kind == "search" or medium == "organic":
        return "Organic Search"
    return ""


def told(source: str, medium: str) -> str:
    """Channels that only a medium or a source by that name can tell, or ''."""
    if medium in REFERRAL:
        return "Referral"
    if medium in EMAIL or source in EMAIL:
        return "Email"
    if medium in ("affiliate", "affiliates"):
        return "Affiliates"
    if medium == "audio":
        return "Audio"
    if "sms" in (source, medium):
        return "SMS"
    if medium.endswith("push") or "mobile" in medium or "notification" in medium or source == "firebase":
        return "Mobile Push Notifications"
    return ""
