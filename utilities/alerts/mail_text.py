"""Turns a notice into a mail message with a plain and an HTML part."""

from datetime import datetime, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined

from utilities.alerts.notice import Notice, NoticeState
from utilities.model.formats import format_date
from utilities.model.text import clean_text

MAX_SUBJECT_CHARS = 150
STATE_COLOURS = {NoticeState.BEGINS: "#9a5b13", NoticeState.ENDS: "#2f6b3c", NoticeState.TEST: "#5c6166"}
# Mail programs obey styles on elements only, which templates of pages may not have.
MAIL_HTML = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light"><title>{{ title }}</title></head>
<body style="margin:0;background:#f7f6f1;color:#15181b;font:16px/24px Inter,'Helvetica Neue',Arial,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:536px;text-align:left">
<tr><td style="padding:8px 0 12px;border-bottom:1px solid #d5d3cb;font-weight:bold">Foyer</td>
<td align="right" style="padding:8px 0 12px;border-bottom:1px solid #d5d3cb;color:#5c6166;font-size:14px">
{{- when }}</td></tr>
<tr><td colspan="2" style="padding:24px 0 16px;word-break:break-word">
<div style="color:{{ colour }};font-weight:bold">&#9632; {{ state }}</div>
<h1 style="margin:0 0 8px;font-size:26px;line-height:32px">{{ title }}</h1>
{% for each in sentences %}<p style="margin:0 0 8px;color:#5c6166">{{ each }}</p>
{% endfor %}</td></tr>
{% for name, text in facts %}<tr>
<td style="padding:8px 12px 8px 0;border-top:1px solid #e3e1da;color:#5c6166;width:26%;vertical-align:top">
{{- name }}</td>
<td style="padding:8px 0;border-top:1px solid #e3e1da;word-break:break-word">{{ text }}</td></tr>
{% endfor %}
{% if link %}<tr><td colspan="2" style="padding:20px 0 4px"><a href="{{ link }}" style="display:inline-block;
padding:10px 20px;background:#0070ad;color:#ffffff;font-weight:bold;text-decoration:none;border-radius:3px">
{{- "Open Foyer" }}</a>
</td></tr>{% endif %}
{% if after %}<tr><td colspan="2" style="padding:8px 0 16px;color:#5c6166;font-size:14px">
{{- after }}</td></tr>{% endif %}
<tr><td colspan="2" style="padding:16px 0;border-top:1px solid #d5d3cb;color:#5c6166;font-size:14px">
{{- footer }}</td></tr>
</table></td></tr></table></body></html>
"""
MAIL_TEMPLATE = Environment(autoescape=True, undefined=StrictUndefined).from_string(MAIL_HTML)


def build_mail(
    notice: Notice, state: str, sender: str, recipients: tuple[str, ...], link: str, at: datetime, zone: tzinfo
) -> EmailMessage:
    """Returns the message. Its Message-ID is that of the notice, and it belongs to the thread of the trouble."""
    name, mailbox = parseaddr(sender)
    domain = mailbox.partition("@")[2]
    title = clean_text(notice.title, MAX_SUBJECT_CHARS)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"{state}: {title}"
    message["From"] = Address(name, addr_spec=mailbox)
    message["To"] = tuple(Address(addr_spec=each) for each in recipients)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{notice.identifier}@{domain}>"
    message["References"] = f"<{notice.thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    local = notice.at.astimezone(zone)
    when = f"{format_date(local.date())} {local.year}, {local:%H:%M}"
    after = "One more e-mail comes when it is over." if notice.state is NoticeState.BEGINS else ""
    facts = (*((("Place", notice.place),) if notice.place else ()), *notice.facts)
    footer = "ALERT_MAIL_TO of this Foyer has your address."
    if link:
        footer = f"{footer} {urlsplit(link).netloc}"
    message.set_content(
        plain_text(state, title, when, notice.sentences, facts, link, after, footer), cte="quoted-printable"
    )
    page = MAIL_TEMPLATE.render(
        title=title,
        when=when,
        colour=STATE_COLOURS[notice.state],
        state=state,
        sentences=notice.sentences,
        facts=facts,
        link=link,
        after=after,
        footer=footer,
    )
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    return message


def plain_text(
    state: str,
    title: str,
    when: str,
    sentences: tuple[str, ...],
    facts: tuple[tuple[str, str], ...],
    link: str,
    after: str,
    footer: str,
) -> str:
    """Returns the message for programs that show no HTML."""
    rows = [f"{name}: {text}" for name, text in facts]
    blocks = [f"{state}: {title}\n{when}", "\n".join(sentences), "\n".join(rows), link, after, f"-- \n{footer}"]
    return "\n\n".join(block for block in blocks if block) + "\n"
