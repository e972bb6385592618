"""QR codes for the glass."""

import segno
from markupsafe import Markup


def draw_qr(link: str) -> Markup:
    """Returns a QR code as an SVG without styles, dark on light in every theme, with its quiet zone."""
    code = segno.make(link, error="m", micro=False)
    return Markup(code.svg_inline(omitsize=True, border=4, dark="#0f1216", light="#e8eaed", svgclass="qr"))  # noqa: S704
