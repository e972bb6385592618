"""Common parts of Google's APIs: bearer tokens, error envelopes, and a page in place of a 405."""

import json
from typing import Any

from demo.google.front import FrontHandler
from demo.google.metrics import ENUM
from demo.google.refusal import MISSING, NO_SCOPE, ORDINARY, Refusal, error_details, error_page
from demo.google.token import PREFIX, Tokens

REALM = 'Bearer realm="https://accounts.google.com/"'
PARAMETERS = frozenset(
    {"$.xgafv", "access_token", "alt", "$alt", "callback", "fields", "key", "oauth_token"}
    | {"prettyPrint", "$prettyPrint", "quotaUser", "uploadType", "upload_protocol"}
)
COMPATIBILITY = {"COMPATIBLE": 1, "INCOMPATIBLE": 2}


class GoogleHandler(FrontHandler):
    """One method of one API; `scope` is what a token must have, with or without `.readonly`."""

    tokens: Tokens
    scope = "analytics"
    service = "analyticsdata.googleapis.com"
    method = ""

    def check_token(self) -> None:
        """Checks the token before anything else, so a malformed body without a token is a 401."""
        scheme, _, bearer = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not bearer:
            self.set_header("WWW-Authenticate", REALM)
            raise Refusal(401, MISSING, error_details("CREDENTIALS_MISSING", method=self.method, service=self.service))
        token = self.tokens.find_token(bearer.strip())
        if token is None:
            self.set_header("WWW-Authenticate", f'{REALM}, error="invalid_token"')
            raise Refusal(401)
        if not token.scopes & {PREFIX + self.scope, f"{PREFIX}{self.scope}.readonly"}:
            self.set_header("WWW-Authenticate", f'{REALM}, error="insufficient_scope"')
            raise Refusal(403, NO_SCOPE, error_details("ACCESS_TOKEN_SCOPE_INSUFFICIENT", method=self.method))

    def check_parameters(self) -> None:
        """Rejects parameters that Google's APIs do not have."""
        for name in self.request.query_arguments:
            if name not in PARAMETERS:
                text = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
                kind = "type.googleapis.com/google.rpc.BadRequest"
                raise Refusal(400, text, [{"@type": kind, "fieldViolations": [{"description": text}]}])
        if "fields" in self.request.query_arguments:
            raise Refusal(501, "The simulated Google has no fields parameter.")

    def error_envelope(self, refusal: Refusal) -> dict[str, Any]:
        """Returns an error in this API's format."""
        return refusal.body()

    def write_refusal(self, refusal: Refusal) -> None:
        self.write_json(self.error_envelope(refusal), status=refusal.code)

    def error_body(self, status: int) -> str:
        """Sends the error envelope, or the front end's page for its own statuses."""
        if status in ORDINARY:
            if status == 401:
                self.set_header("WWW-Authenticate", f'{REALM}, error="invalid_token"')
            return self.format_json(self.error_envelope(Refusal(status)))
        return error_page(status, "Server Error", self.request.path)

    def format_json(self, body: object) -> str:
        """Returns JSON, indented by default; enums are numbers for a client that requests that."""
        if "enum-encoding=int" in self.get_query_argument("$alt", ""):
            body = enums_as_numbers(body)
        if "false" in self.get_query_arguments("prettyPrint") + self.get_query_arguments("$prettyPrint"):
            return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return super().format_json(body)


def enums_as_numbers(body: Any) -> Any:
    """Returns the same answer with metric types and compatibilities as numbers."""
    if isinstance(body, list):
        return [enums_as_numbers(part) for part in body]
    if not isinstance(body, dict):
        return body
    result = {key: enums_as_numbers(value) for key, value in body.items()}
    for key, numbers in (("type", ENUM), ("compatibility", COMPATIBILITY)):
        if result.get(key) in numbers:
            result[key] = numbers[result[key]]
    return result
