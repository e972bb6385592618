"""The redactor masks secrets whole and in part, in each of the forms in which a text can hold them."""

import base64
import json
from urllib.parse import quote

import pytest

from utilities.redaction import Redactor

SECRET = "Vk4mTz@Lw8Pq2+Rn/Xs6Jd9"
BODY = "MIIEvQkanarY8hKx2PqLm7TzWc4RbNd9sVfJgYtUeAoQi3XnZlCkHpBrMwSvDyEu"
KEY = json.dumps(
    {"type": "service_account", "private_key": f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END", "x": [SECRET]}
)
ENCODED = [base64.b64encode(f"{before}{SECRET}".encode()).decode() for before in ("", "a", "ab", "user:")]


def leaked(text: str, secret: str) -> list[str]:
    return [piece for at in range(len(secret) - 5) if (piece := secret[at : at + 6]).lower() in text.lower()]


@pytest.mark.parametrize(
    "form",
    [
        *(SECRET, SECRET[4:], SECRET[:9], SECRET.upper(), quote(SECRET, safe=""), repr(SECRET), json.dumps(SECRET)),
        *ENCODED,
    ],
)
@pytest.mark.parametrize(
    "setting",
    [
        SECRET,
        f"postgresql://foyer:{SECRET}@db/foyer",
        f"postgresql://foyer:{quote(SECRET, safe='')}@db/foyer",
        f"https://api.example.com/?api_key={quote(SECRET, safe='')}",
        KEY,
        base64.b64encode(KEY.encode()).decode(),
    ],
)
def test_secret_is_masked_whatever_it_came_in_and_goes_out_as(setting: str, form: str):
    masked = Redactor([setting]).mask_secrets(f"it failed: {form} at 10:04")
    assert "***" in masked
    assert not leaked(masked, SECRET)
    assert form not in ENCODED or not leaked(masked, form[8:-4])
    assert masked.startswith("it failed: ")
    assert masked.endswith(" at 10:04")


def test_lines_of_a_key_are_masked_and_its_public_fields_are_not():
    masked = Redactor([KEY]).mask_secrets(f"cannot read private_key {BODY[10:40]} of a service_account")
    assert not leaked(masked, BODY)
    assert masked.startswith("cannot read private_key ")
    assert masked.endswith(" of a service_account")


def test_other_values_become_the_names_of_their_variables():
    redactor = Redactor(names={"/var/lib/wall": "DATA_DIR", "https://ga.example.com": "GA4_API_ENDPOINT", "short": "X"})
    text = "no space in /var/lib/wall/pageviews.duckdb, https://ga.example.com/v1 short"
    assert redactor.mask_secrets(text) == "no space in [DATA_DIR]/pageviews.duckdb, [GA4_API_ENDPOINT]/v1 short"


def test_words_of_messages_stay_when_a_secret_has_them():
    redactor = Redactor(["another-client-secret"])
    assert redactor.mask_secrets("check GOOGLE_CLIENT_ID and its secret") == "check GOOGLE_CLIENT_ID and its secret"
    assert "another-client" not in redactor.mask_secrets("it is another-client-secret")
