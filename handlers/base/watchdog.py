"""The one inline script, and its hash for the Content-Security-Policy: it must run when no file of a page has come."""

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup

SCRIPT_TEXT = (Path(__file__).resolve().parents[2] / "static" / "watchdog.js").read_text(encoding="utf-8")
WATCHDOG_SCRIPT = Markup(f"<script>{SCRIPT_TEXT}</script>")  # noqa: S704 - a file of Foyer's own
WATCHDOG_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(SCRIPT_TEXT.encode()).digest()).decode()}'"
