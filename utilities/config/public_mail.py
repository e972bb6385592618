"""Mail services where everybody can get an address, so that their domains must never be ALLOWED_DOMAINS."""

NAMES_IN_MANY_COUNTRIES = frozenset(  # yahoo.com, yahoo.co.uk, yahoo.de
    {"gmail", "googlemail", "hotmail", "outlook", "live", "msn", "passport", "yahoo", "ymail", "rocketmail", "gmx"}
    | {"icloud", "aol", "aim", "proton", "protonmail", "tutanota", "tuta", "yandex", "fastmail", "zohomail"}
    | {"hushmail", "mailinator", "guerrillamail", "rediffmail", "mailfence", "posteo", "tiscali"}
)
PUBLIC_MAIL_DOMAINS = frozenset(
    {"me.com", "mac.com", "pm.me", "mail.com", "email.com", "zoho.com", "zoho.eu", "hey.com", "duck.com", "mail.ru"}
    | {"bk.ru", "inbox.ru", "list.ru", "rambler.ru", "ya.ru", "ukr.net", "i.ua", "web.de", "t-online.de", "freenet.de"}
    | {"arcor.de", "mailbox.org", "1und1.de", "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "neuf.fr"}
    | {"libero.it", "virgilio.it", "alice.it", "tin.it", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "seznam.cz"}
    | {"centrum.cz", "bluewin.ch", "sunrise.ch", "chello.at", "aon.at", "skynet.be", "telenet.be", "ziggo.nl"}
    | {"xs4all.nl", "kpnmail.nl", "btinternet.com", "virginmedia.com", "sky.com", "ntlworld.com", "comcast.net"}
    | {"verizon.net", "att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net", "earthlink.net"}
    | {
        "juno.com",
        "shaw.ca",
        "rogers.com",
        "bigpond.com",
        "optusnet.com.au",
        "uol.com.br",
        "bol.com.br",
        "terra.com.br",
    }
    | {"terra.com.br", "qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com"}
    | {"aliyun.com", "naver.com", "daum.net", "hanmail.net", "docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp"}
    | {"yopmail.com", "temp-mail.org", "trashmail.com", "sharklasers.com", "lycos.com", "excite.com", "inbox.com"}
)


def is_public_mail(domain: str) -> bool:
    """Whether everybody can get an address in this domain, which is in lower case."""
    name, _, ending = domain.partition(".")
    in_many_countries = name in NAMES_IN_MANY_COUNTRIES and len(ending) <= len("com.au")
    return in_many_countries or domain in PUBLIC_MAIL_DOMAINS
