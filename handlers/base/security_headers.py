"""The headers of every response, whatever its status."""

from handlers.base.watchdog import WATCHDOG_HASH
from utilities.config.settings import Settings

# No `require-trusted-types-for`: the wall's ES5 script swaps in fragments that the server rendered, through innerHTML.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {WATCHDOG_HASH}",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",  # sign-in starts with a link, so the issuer need not be named here
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
DISABLED_BROWSER_FEATURES = (
    *("accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *("magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "serial", "usb"),
)

HSTS_VALUES = {
    "host": "max-age=63072000",
    "subdomains": "max-age=63072000; includeSubDomains",  # also for hosts that are not Foyer's, so only on request
    "forget": "max-age=0",
}
"""Strict-Transport-Security for each value of HSTS; `off` sends none."""


def security_headers(settings: Settings) -> dict[str, str]:
    """Returns the headers of every response; handlers may loosen Cache-Control, and allow fonts inside an SVG file."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",  # for televisions older than frame-ancestors
        "Referrer-Policy": "same-origin",  # `no-referrer` would make browsers send `Origin: null` with our own forms
        "Permissions-Policy": ", ".join(f"{name}=()" for name in DISABLED_BROWSER_FEATURES),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    if settings.public_url.startswith("https://") and settings.hsts in HSTS_VALUES:
        headers["Strict-Transport-Security"] = HSTS_VALUES[settings.hsts]
    return headers
