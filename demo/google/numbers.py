"""Numbers as protobuf writes them."""


def text(value: float) -> str:
    """Whole numbers plain; others with 15 digits, or 17 where 15 would not lead back to the same number."""
    if isinstance(value, int):
        return str(value)
    short = f"{value:.15g}"
    return short if float(short) == value else f"{value:.17g}"
