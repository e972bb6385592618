"""Attribution: source, medium and channel of referrers and tags, named as in GA4."""

import pytest

from utilities.pageviews.classify.attribution import (
    DIRECT_VISIT,
    SITES_BY_HOST,
    SITES_BY_WORD,
    Attribution,
    attribute_visit,
    find_site_by_host,
    host_patterns,
)
from utilities.pageviews.classify.channels import channel_of
from utilities.pageviews.classify.urls import parse_page_url, parse_referrer


def attribute(url: str = "https://example.com/", referrer: str = "") -> Attribution:
    return attribute_visit(parse_page_url(url).tags, parse_referrer(referrer).host)


def test_visit_without_referrer_and_tags_is_direct():
    assert attribute() == DIRECT_VISIT == Attribution("(direct)", "(none)", "Direct")


@pytest.mark.parametrize(
    ("referrer", "source", "medium", "channel"),
    [
        ("https://www.google.com/", "Google", "organic", "Organic Search"),
        ("https://www.google.co.uk/search?q=x", "Google", "organic", "Organic Search"),
        ("https://google.com.tr/", "Google", "organic", "Organic Search"),
        ("android-app://com.google.android.googlequicksearchbox/", "Google", "organic", "Organic Search"),
        ("https://docs.google.com/document/d/1", "Google Docs", "referral", "Referral"),
        ("https://sites.google.com/x", "sites.google.com", "referral", "Referral"),
        ("https://google.example.com/", "google.example.com", "referral", "Referral"),
        ("https://notgoogle.com/", "notgoogle.com", "referral", "Referral"),
        ("https://cn.bing.com/", "Bing", "organic", "Organic Search"),
        ("https://uk.search.yahoo.com/search?p=x", "Yahoo", "organic", "Organic Search"),
        ("https://it.images.search.yahoo.com/", "Yahoo", "organic", "Organic Search"),
        ("https://yandex.com.tr/", "Yandex", "organic", "Organic Search"),
        ("https://search.brave.com/", "Brave", "organic", "Organic Search"),
        ("https://mail.google.com/mail/u/0/", "Gmail", "email", "Email"),
        ("https://tdsf.doubleclick.net/", "Google Ads", "cpc", "Paid Other"),
        ("https://zu.wikipedia.org/", "Wikipedia", "referral", "Referral"),
        ("https://notwikipedia.org/", "notwikipedia.org", "referral", "Referral"),
        ("https://ukc-word-edit.officeapps.live.com/", "Microsoft 365", "referral", "Referral"),
        ("https://mail01.orange.fr/", "mail01.orange.fr", "email", "Email"),
        ("https://email.shop.example/", "email.shop.example", "email", "Email"),
        ("https://thumbnail.example/", "thumbnail.example", "referral", "Referral"),
        ("https://webmail.example.org/", "webmail.example.org", "email", "Email"),
        ("https://deref-gmx.net/mail/client/x/dereferrer/", "GMX", "email", "Email"),
        ("https://gemini.google.com/", "Gemini", "ai-assistant", "AI Assistant"),
        ("https://chatgpt.com/", "ChatGPT", "ai-assistant", "AI Assistant"),
        ("https://l.facebook.com/l.php?u=x", "Facebook", "referral", "Organic Social"),
        ("https://t.co/abc", "X (Twitter)", "referral", "Organic Social"),
        ("https://old.reddit.com/r/x", "Reddit", "referral", "Organic Social"),
        ("https://out.reddit.com/", "Reddit", "referral", "Organic Social"),
        ("https://news.ycombinator.com/item?id=1", "Hacker News", "referral", "Organic Social"),
        ("https://psychic.tumblr.com/", "Tumblr", "referral", "Organic Social"),
        ("https://m.youtube.com/", "YouTube", "referral", "Organic Video"),
        ("https://www.amazon.co.jp/dp/1", "Amazon", "referral", "Organic Shopping"),
        ("https://de.wikipedia.org/wiki/X", "Wikipedia", "referral", "Referral"),
        ("https://blog.other.example/a", "blog.other.example", "referral", "Referral"),
        ("android-app://org.example.reader/", "org.example.reader", "referral", "Referral"),
        ("https://character.ai/", "Character.AI", "ai-assistant", "AI Assistant"),
        ("https://beta.character.ai/chat", "Character.AI", "ai-assistant", "AI Assistant"),
        ("https://openai.com/", "ChatGPT", "ai-assistant", "AI Assistant"),
        ("https://www.anthropic.com/", "Claude", "ai-assistant", "AI Assistant"),
        ("https://coral.cohere.com/", "Cohere", "ai-assistant", "AI Assistant"),
        ("https://ai.meta.com/", "Meta AI", "ai-assistant", "AI Assistant"),
        ("https://app.jasper.ai/", "Jasper", "ai-assistant", "AI Assistant"),
        ("https://ntp.msn.com/", "Bing", "organic", "Organic Search"),
        ("https://www.360.cn/", "360 Search", "organic", "Organic Search"),
        ("https://images.google.co.jp/imgres", "Google", "organic", "Organic Search"),
        ("https://encrypted.google.com/", "Google", "organic", "Organic Search"),
        ("https://lens.google.com/", "Google", "organic", "Organic Search"),
        ("https://mail.lens.google.co.uk.example/", "mail.lens.google.co.uk.example", "email", "Email"),
        ("android-app://com.facebook.orca/", "Messenger", "referral", "Organic Social"),
        ("android-app://com.zhiliaoapp.musically/", "TikTok", "referral", "Organic Social"),
        ("android-app://com.discord/", "Discord", "referral", "Organic Social"),
        ("android-app://com.microsoft.teams/", "Microsoft Teams", "referral", "Organic Social"),
        ("android-app://com.microsoft.bing/", "Bing", "organic", "Organic Search"),
        ("android-app://com.duckduckgo.mobile.android/", "DuckDuckGo", "organic", "Organic Search"),
        ("android-app://com.openai.chatgpt/", "ChatGPT", "ai-assistant", "AI Assistant"),
        ("android-app://com.google.android.apps.magazines/", "Google News", "referral", "Referral"),
        ("https://teams.live.com/", "Microsoft Teams", "referral", "Organic Social"),
        ("https://fb.watch/x", "Facebook", "referral", "Organic Social"),
        ("https://vk.ru/", "Vkontakte", "referral", "Organic Social"),
        ("https://lumo.proton.me/", "Lumo", "ai-assistant", "AI Assistant"),
        ("https://mail.proton.me/", "Proton Mail", "email", "Email"),
        ("https://cafe.naver.com/", "Naver Cafe", "referral", "Organic Social"),
        ("https://out.reddit.com/", "Reddit", "referral", "Organic Social"),
        ("https://buff.ly/", "Buffer", "referral", "Organic Social"),
        ("https://chat.z.ai/", "Z.ai", "ai-assistant", "AI Assistant"),
        ("https://www.tongyi.com/", "Qwen", "ai-assistant", "AI Assistant"),
        ("https://shopee.co.id/", "Shopee", "referral", "Organic Shopping"),
        ("https://m.kin.naver.com/", "Naver Knowledge iN", "referral", "Organic Social"),
        ("https://odysee.com/", "Odysee", "referral", "Organic Video"),
        ("https://www.webcrawler.com/", "WebCrawler", "organic", "Organic Search"),
        ("https://eur01.safelinks.protection.outlook.com/", "Outlook", "email", "Email"),
        ("android-app://com.kakao.talk/", "Kakao", "referral", "Organic Social"),
        ("https://com.google.android.gm/", "Gmail", "email", "Email"),
        ("https://shop.myshopify.com/", "Shopify", "referral", "Organic Shopping"),
        ("android-app://user:secret@com.discord/", "Discord", "referral", "Organic Social"),
        ("android-app://com.amazon.mShop.android.shopping/", "Amazon", "referral", "Organic Shopping"),
        ("android-app://ch.protonmail.android/", "Proton Mail", "email", "Email"),
        ("https://www.google.com\\x", "Google", "organic", "Organic Search"),
    ],
)
def test_referrer_has_a_name_a_medium_and_a_channel(referrer: str, source: str, medium: str, channel: str):
    origin = attribute(referrer=referrer)
    assert (origin.source, origin.medium, origin.channel) == (source, medium, channel)


@pytest.mark.parametrize(
    ("query", "source", "medium", "channel"),
    [
        ("utm_source=fb&utm_medium=cpc", "Facebook", "cpc", "Paid Social"),
        ("utm_source=Twitter-Ads", "X (Twitter)", "cpc", "Paid Social"),
        ("utm_source=adwords", "Google", "cpc", "Paid Search"),
        ("utm_source=google&utm_medium=cpc&utm_campaign=Shopping%20May", "Google", "cpc", "Paid Shopping"),
        ("utm_source=www.youtube.com&utm_medium=paid", "YouTube", "paid", "Paid Video"),
        ("utm_source=may&utm_medium=E-Mail", "may", "E-Mail", "Email"),
        ("utm_source=tg", "Telegram", "referral", "Organic Social"),
        ("utm_source=klaviyo", "Klaviyo", "email", "Email"),
        ("utm_source=newsletter", "newsletter", "(not set)", "Unassigned"),
        ("utm_medium=banner", "(not set)", "banner", "Display"),
        ("utm_campaign=x", "(not set)", "(not set)", "Unassigned"),
        ("UTM_SOURCE=bing&UTM_MEDIUM=organic", "Bing", "organic", "Organic Search"),
        ("gclid=x", "Google", "cpc", "Paid Search"),
        ("wbraid=x", "Google", "cpc", "Paid Search"),
        ("msclkid=x", "Bing", "cpc", "Paid Search"),
        ("ttclid=x", "TikTok", "cpc", "Paid Social"),
        ("gclid=x&utm_campaign=may", "Google", "cpc", "Paid Search"),
        ("utm_source=partner&gclid=x", "partner", "(not set)", "Unassigned"),
        ("fbclid=x", "Facebook", "referral", "Organic Social"),
        ("igsh=x", "Instagram", "referral", "Organic Social"),
        ("mc_eid=x", "Mailchimp", "email", "Email"),
        ("ref=producthunt", "Product Hunt", "referral", "Organic Social"),
        ("source=partner.example", "partner.example", "referral", "Referral"),
        ("utm_source=&utm_medium=", "(direct)", "(none)", "Direct"),
        ("utm_source=threads", "Threads", "referral", "Organic Social"),
        ("utm_source=Downloads", "Downloads", "(not set)", "Unassigned"),
        ("utm_source=launchpad", "launchpad", "(not set)", "Unassigned"),
        ("utm_source=google%20ads", "Google", "cpc", "Paid Search"),
        ("utm_source=google_ads", "Google", "cpc", "Paid Search"),
        ("utm_source=gads", "Google", "cpc", "Paid Search"),
        ("utm_source=fbads", "Facebook", "cpc", "Paid Social"),
        ("utm_source=facebook_feed_ad", "Facebook", "cpc", "Paid Social"),
        ("utm_source=partner-ads", "partner-ads", "cpc", "Paid Other"),
        ("utm_source=fcb", "Facebook", "referral", "Organic Social"),
        ("utm_source=tik.tok", "TikTok", "referral", "Organic Social"),
        ("utm_source=https://www.facebook.com/groups/1", "Facebook", "referral", "Organic Social"),
        ("utm_source=https://Letter.example/7%3Fa=b", "letter.example", "(not set)", "Unassigned"),
        ("utm_source=letter/7", "letter/7", "(not set)", "Unassigned"),
    ],
)
def test_tags_set_source_medium_and_channel(query: str, source: str, medium: str, channel: str):
    origin = attribute(f"https://example.com/?{query}")
    assert (origin.source, origin.medium, origin.channel) == (source, medium, channel)


def test_tags_override_the_referrer_and_ordinary_parameters_do_not():
    tagged = attribute(
        "https://example.com/?utm_source=news&utm_medium=email&utm_term=a&utm_content=b", "https://t.co/x"
    )
    assert tagged == Attribution("news", "email", "Email", "", "a", "b")
    assert attribute("https://example.com/?ref=sidebar", "https://t.co/x").source == "X (Twitter)"
    assert attribute("https://example.com/?fbclid=x", "https://www.instagram.com/").source == "Instagram"
    assert attribute("https://example.com/?utm_campaign=may", "https://www.google.com/").source == "Google"


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "kind", "channel"),
    [
        ("(direct)", "(none)", "", "", "Direct"),
        ("(direct)", "(not set)", "", "", "Direct"),
        ("google", "cpc", "x cross-network y", "search", "Cross-network"),
        ("a", "paid-x", "", "shopping", "Paid Shopping"),
        ("a", "cpc", "my-shop-2", "", "Paid Shopping"),
        ("a", "cpc", "workshop", "", "Paid Other"),
        ("a", "retargeting", "", "search", "Paid Search"),
        ("a", "ppc", "", "social", "Paid Social"),
        ("a", "CPM", "", "video", "Paid Video"),
        ("a", "interstitial", "", "", "Display"),
        ("a", "cpm", "", "", "Display"),
        ("a", "cpa", "", "", "Paid Other"),
        ("a", "retargeting", "", "", "Paid Other"),
        ("a", "referral", "eshop", "", "Organic Shopping"),
        ("a", "social-media", "", "", "Organic Social"),
        ("a", "sm", "", "", "Organic Social"),
        ("a", "longvideo", "", "", "Organic Video"),
        ("a", "organic", "", "", "Organic Search"),
        ("a", "app", "", "", "Referral"),
        ("a", "link", "", "", "Referral"),
        ("e_mail", "x", "", "", "Email"),
        ("a", "e mail", "", "", "Email"),
        ("a", "affiliate", "", "", "Affiliates"),
        ("a", "audio", "", "", "Audio"),
        ("sms", "x", "", "", "SMS"),
        ("a", "webpush", "", "", "Mobile Push Notifications"),
        ("a", "notification-1", "", "", "Mobile Push Notifications"),
        ("firebase", "x", "", "", "Mobile Push Notifications"),
        ("a", "ai-assistant", "(ai-assistant)", "ai", "AI Assistant"),
        ("a", "whatever", "", "", "Unassigned"),
    ],
)
def test_channel_is_by_the_rules_of_ga4(source: str, medium: str, campaign: str, kind: str, channel: str):
    assert channel_of(source, medium, campaign, kind) == channel


def test_every_host_of_the_table_matches_its_site():
    assert len(SITES_BY_HOST) > 300
    assert len(SITES_BY_WORD) > 200
    for host, site in SITES_BY_HOST.items():
        plain = host.removeprefix(".").replace(".*", ".de").lower()
        assert any(SITES_BY_HOST.get(each) for each in host_patterns(plain)), host
        if "*" not in host:
            assert find_site_by_host(plain) == site, host
