"""GA4's default channel group, from source, medium and campaign."""

import re

PAID_MEDIUM = re.compile(r"(.*cp.*|ppc|retargeting|paid.*)")
SHOPPING_CAMPAIGN = re.compile(r"(.*(([^a-df-z]|^)shop|shopping).*)")
DISPLAY_MEDIUMS = {"display", "banner", "expandable", "interstitial", "cpm"}
SOCIAL_MEDIUMS = {"social", "social-network", "social-media", "sm", "social network", "social media"}
EMAIL_WORDS = {"email", "e-mail", "e_mail", "e mail"}
REFERRAL_MEDIUMS = {"referral", "app", "link"}
PAID_CHANNELS = {"shopping": "Paid Shopping", "search": "Paid Search", "social": "Paid Social", "video": "Paid Video"}

DIRECT_SOURCE, NO_MEDIUM = "(direct)", "(none)"
"""GA4's words for a visit without source and medium."""

AI_ASSISTANT_MEDIUM = "ai-assistant"
"""The medium GA4 sets for links from assistants since 13 May 2026; the campaign is `(ai-assistant)`."""


def channel_of(source: str, medium: str, campaign: str, kind: str) -> str:
    """Returns the channel by the rules of Analytics Help, "[GA4] Default channel group" (answer 9756891), in order.

    `kind` replaces Google's lists of search, social, video and shopping sites: '' when the source is on none. Case
    makes no difference.
    """
    source, medium, campaign = source.lower(), medium.lower(), campaign.lower()
    if source == DIRECT_SOURCE and medium in (NO_MEDIUM, "(not set)"):
        return "Direct"
    if "cross-network" in campaign:
        return "Cross-network"
    shops = kind == "shopping" or bool(SHOPPING_CAMPAIGN.fullmatch(campaign))
    paid = bool(PAID_MEDIUM.fullmatch(medium))
    if paid and (shops or kind in PAID_CHANNELS):
        return PAID_CHANNELS["shopping" if shops else kind]
    if medium in DISPLAY_MEDIUMS:
        return "Display"
    if paid:
        return "Paid Other"
    if medium == AI_ASSISTANT_MEDIUM:
        return "AI Assistant"
    return organic_channel(medium, kind, shops) or channel_by_name(source, medium) or "Unassigned"


def organic_channel(medium: str, kind: str, shops: bool) -> str:
    """Returns the organic channel, or ''."""
    if shops:
        return "Organic Shopping"
    if kind == "social" or medium in SOCIAL_MEDIUMS:
        return "Organic Social"
    if kind == "video" or "video" in medium:
        return "Organic Video"
    if kind == "search" or medium == "organic":
        return "Organic Search"
    return ""


def channel_by_name(source: str, medium: str) -> str:
    """Returns the channel that the name of the medium or source decides alone, or ''."""
    if medium in REFERRAL_MEDIUMS:
        return "Referral"
    if medium in EMAIL_WORDS or source in EMAIL_WORDS:
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
