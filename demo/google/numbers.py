"""Numbers as protobuf writes them."""


def format_number(value: float) -> str:
    """Writes integers plainly, others with 15 digits, or with 17 where 15 are not exact."""
    if isinstance(value, int):
        return str(value)
    short = f"{value:.15g}"
    return short if float(short) == value else f"{value:.17g}"
