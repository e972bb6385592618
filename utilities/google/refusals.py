"""Why Google refuses a request with 403: the reason of google.rpc.ErrorInfo, and what a person must do about it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from googleapiclient.errors import HttpError

QUOTA_REASONS = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "dailyLimitExceeded",
        "quotaExceeded",
        "RATE_LIMIT_EXCEEDED",
        "RESOURCE_QUOTA_EXCEEDED",
    }
)
DISABLED_RETRY_SECONDS = 60.0  # an API that was enabled works after a few minutes
CONSOLE_LINK = re.compile(r"https://(?:console\.(?:developers|cloud)|support)\.google\.com/[\w./?=&%:,#-]+")
MAX_LINK_CHARS = 500
PROJECT = re.compile(r"projects/([\w.:-]{1,60})")
REMEDIES = {
    "SERVICE_DISABLED": ("the API of {service} is disabled; enable it at {link}, then wait a few minutes", ""),
    "BILLING_DISABLED": (
        "the Google Cloud project of the key has no active billing account; set one at {link}",
        "https://console.cloud.google.com/billing/linkedaccount",
    ),
    "CONSUMER_SUSPENDED": (
        "Google has suspended the Google Cloud project of the key; appeal at {link}, or use a key of another project",
        "https://console.cloud.google.com/iam-admin/settings",
    ),
    "CONSUMER_INVALID": (
        "the Google Cloud project of the key does not exist any more; make a key in another project at {link}",
        "https://console.cloud.google.com/iam-admin/serviceaccounts",
    ),
    "SECURITY_POLICY_VIOLATED": (
        "VPC Service Controls of the organization refuse the request; its administrator must allow {account} and the "
        "address of this server in a perimeter, see {link}",
        "https://console.cloud.google.com/security/service-perimeter",
    ),
    "ORG_RESTRICTION_VIOLATION": (
        "a policy of the organization refuses the request; its administrator must allow it, see {link}",
        "https://console.cloud.google.com/iam-admin/orgpolicies",
    ),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": (
        "the key does not include access to {service}; sign in again with that scope, or make a key for a service "
        "account at {link}",
        "https://console.cloud.google.com/iam-admin/serviceaccounts",
    ),
    "ACCOUNT_STATE_INVALID": (
        "the account {account} is disabled; enable it at {link}",
        "https://console.cloud.google.com/iam-admin/serviceaccounts",
    ),
    "USER_PROJECT_DENIED": (
        "{account} may not use the Google Cloud project that is charged; give it the role Service Usage Consumer "
        "there at {link}",
        "https://console.cloud.google.com/iam-admin/iam",
    ),
}
"""By reason: the sentence, and the page of the console where Google's answer names none."""
SAME_REASONS = {
    "accessNotConfigured": "SERVICE_DISABLED",
    "billingNotEnabled": "BILLING_DISABLED",
    "vpcServiceControls": "SECURITY_POLICY_VIOLATED",
    "VPC_SERVICE_CONTROLS": "SECURITY_POLICY_VIOLATED",
    "LOCATION_ORG_POLICY_VIOLATED": "ORG_RESTRICTION_VIOLATION",
    "ORG_RESTRICTION_HEADER_INVALID": "ORG_RESTRICTION_VIOLATION",
    "RESOURCE_USAGE_RESTRICTION_VIOLATED": "ORG_RESTRICTION_VIOLATION",
    "SERVICE_NOT_ACTIVATED": "SERVICE_DISABLED",
}
MESSAGE_REASONS = (
    (re.compile(r"\bhas not been used in project\b"), "SERVICE_DISABLED"),
    (re.compile(r"\bvpcServiceControlsUniqueIdentifier\b"), "SECURITY_POLICY_VIOLATED"),
    (re.compile(r"\bbilling (?:to be enabled|is disabled|account .{0,80}is disabled)"), "BILLING_DISABLED"),
    (re.compile(r"\bConsumer\b.{0,80}\bhas been suspended\b"), "CONSUMER_SUSPENDED"),
    (re.compile(r"\binsufficient authentication scopes\b"), "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
)
"""Reasons by words of the message, for answers without details."""


@dataclass(frozen=True)
class Refusal:
    """The details of an error body; empty when it is not Google's JSON."""

    reasons: frozenset[str] = frozenset()
    info_reason: str = ""  # that of google.rpc.ErrorInfo
    message: str = ""  # not cleaned: not to be quoted
    links: tuple[str, ...] = ()
    project: str = ""

    def find_remedy(self) -> str:
        """Returns the key of REMEDIES for this refusal; '' when its reason is none of them."""
        for reason in (self.info_reason, *sorted(self.reasons)):
            name = SAME_REASONS.get(reason, reason)
            if name in REMEDIES:
                return name
        return next((name for words, name in MESSAGE_REASONS if words.search(self.message)), "")

    def describe_remedy(self, name: str, *, service: str, account: str, enable_url: str) -> str:
        """Returns the sentence for a remedy, with Google's own link where its answer has one."""
        sentence, page = REMEDIES[name]
        page = page or enable_url
        if self.project and "?" not in page:
            page = f"{page}?project={self.project}"
        return sentence.format(service=service, account=account, link=self.links[0] if self.links else page)


def read_refusal(error: HttpError) -> Refusal:
    """Returns the reasons and links of an error body."""
    try:
        body = json.loads(error.content)["error"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return Refusal()
    if not isinstance(body, dict):
        return Refusal()
    details = _objects(body.get("details"))
    infos = [part for part in details if isinstance(part.get("reason"), str)]
    violations = [each.get("type") for part in details for each in _objects(part.get("violations"))]
    entries = [*violations, *(part.get("reason") for part in (*infos, *_objects(body.get("errors"))))]
    message = body["message"] if isinstance(body.get("message"), str) else ""
    helps = [link.get("url") for part in details for link in _objects(part.get("links"))]
    texts = [text for text in (*helps, message) if isinstance(text, str)]
    links = tuple(found[0].rstrip(".,:") for text in texts if (found := CONSOLE_LINK.search(text[:16_000])))
    info = infos[0] if infos else {}
    metadata = info.get("metadata") if isinstance(info.get("metadata"), dict) else {}
    consumer = PROJECT.fullmatch(str(metadata.get("consumer", ""))) if isinstance(metadata, dict) else None
    return Refusal(
        frozenset(entry for entry in entries if isinstance(entry, str)),
        str(info.get("reason", "")),
        message,
        tuple(link for link in links if len(link) <= MAX_LINK_CHARS),
        consumer[1] if consumer else "",
    )


def _objects(value: object) -> list[Mapping[str, object]]:
    """Returns the objects of a JSON array; none when it is something else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
