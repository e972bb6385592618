"""Google's errors: the envelope of its APIs, and the page of its front end."""

from typing import Any

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}

ORDINARY = {
    401: "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    403: "User does not have sufficient permissions for this property. To learn more about Property ID, see "
    "https://developers.google.com/analytics/devguides/reporting/data/v1/property-id.",
    429: "Exhausted concurrent requests quota. Please send fewer requests concurrently.",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
}
"""The default message of each status."""

MISSING = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other "
    "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
NO_SCOPE = "Request had insufficient authentication scopes."


class Refusal(Exception):
    """An error to send in place of a report."""

    def __init__(self, code: int, message: str = "", details: list[dict[str, Any]] | None = None) -> None:
        self.code = code
        self.message = message or ORDINARY[code]
        self.details = details
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        error = {"code": self.code, "message": self.message, "status": STATUS.get(self.code, "UNKNOWN")}
        return {"error": error | ({"details": self.details} if self.details else {})}


def error_details(reason: str, **metadata: str) -> list[dict[str, Any]]:
    """Returns the `details` of an error that has a reason."""
    kind = "type.googleapis.com/google.rpc.ErrorInfo"
    return [{"@type": kind, "reason": reason, "domain": "googleapis.com", "metadata": metadata}]


def error_page(code: int, title: str, path: str) -> str:
    """Returns the page of the front end; it answers 404 for a wrong method as well, and never JSON."""
    if code == 404:
        sentence = f"The requested URL <code>{path}</code> was not found on this server."
    else:
        sentence = "The server encountered a temporary error and could not complete your request.<p>Please try again."
    return (
        "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n"
        f"  <title>Error {code} ({title})!!1</title>\n"
        f"  <p><b>{code}.</b> <ins>That’s an error.</ins>\n"
        f"  <p>{sentence}  <ins>That’s all we know.</ins>\n"
    )
