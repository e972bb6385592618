"""The colours of charts, also for colour-blind people; both themes share one SVG."""

import re
from dataclasses import dataclass

from utilities.rendering.layout.palette import THEMES


@dataclass(frozen=True)
class ChartColours:
    """Colours as #rrggbb. Graphics need 3:1 against the ground (WCAG 2.2, 1.4.11), text 4.5:1."""

    ground: str
    ink: str
    title: str
    quiet: str
    rule: str
    line: str
    accent: str
    trouble: str
    now: str
    running_ground: str  # of the day or hour that has begun: a wall hides these three while the server is gone
    running_ink: str
    running_quiet: str
    series: tuple[str, ...]  # after Wong (Nature Methods, 2011), in the order they are used; the first is the accent
    fills: tuple[str, ...]  # the same, mixed with the ground: below a line, a link of a flow
    ramp: tuple[str, ...]  # from nothing to most; lightness alone tells the steps apart


def theme_colours(theme: str, series: tuple[str, ...], ramp: tuple[str, ...], part: float) -> ChartColours:
    base = THEMES[theme]
    every = (base.accent, base.trouble, base.now, *series)
    return ChartColours(
        base.ground,
        base.ink,
        base.title,
        base.quiet,
        base.rule,
        base.line,
        base.accent,
        base.trouble,
        base.now,
        next_blue(base.ground),
        next_blue(base.ink),
        next_blue(base.quiet),
        every,
        tuple(mix_colours(colour, base.ground, part) for colour in every),
        ramp,
    )


def next_blue(colour: str) -> str:
    """Returns a colour that looks the same, so that what has it can be selected."""
    return f"{colour[:5]}{int(colour[5:], 16) + 1:02x}"


def mix_colours(colour: str, ground: str, part: float) -> str:
    """Returns `part` of a colour on the ground; opaque, because old televisions draw transparency slowly."""
    dark_to_light = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(one * part + other * (1 - part)):02x}" for one, other in dark_to_light)


# A chart is drawn in the dark theme's colours; the light theme puts its own in their place, one for one. So each colour
# of a theme stands there once, and an option names colours by these constants only.
DARK = theme_colours(
    "dark",
    ("#d65bbf", "#fae643", "#c0713a"),
    ("#1a2129", "#1b3a52", "#1c5378", "#2a6f9e", "#3f90c6", "#7cc1ec", "#cfe9fa"),
    0.22,
)
LIGHT = theme_colours(
    "light",
    ("#762668", "#ae8508", "#822201"),
    ("#ece8df", "#cfe0ea", "#a8cbe2", "#77aed3", "#2b73a4", "#135a89", "#003f66"),
    0.18,
)
COLOURS_BY_THEME = {"dark": DARK, "light": LIGHT}


def ramp_step(value: float, top: float) -> int:
    """Returns the step of the ramp for a value, 0 for nothing."""
    steps = len(DARK.ramp) - 1
    return 0 if value <= 0 or not top else min(steps, max(1, -int(-value * steps / top * (1 - 1e-9) // 1)))


def ramp_text_colour(step: int) -> str:
    """Returns the colour of text on a step of the ramp."""
    return DARK.ink if step < 4 else DARK.ground


def dark_to_light() -> dict[str, str]:
    """Returns each colour of the dark theme with the one of the light theme that replaces it."""
    dark, light = (
        [value for field in vars(one).values() for value in ((field,) if isinstance(field, str) else field)]
        for one in (DARK, LIGHT)
    )
    return dict(zip(dark, light, strict=True))


def recolour_svg(svg: str, theme: str) -> str:
    """Returns an SVG in another theme's colours."""
    if theme == "dark":
        return svg
    light = dark_to_light()
    return re.sub(r'="(#[0-9a-f]{6})"', lambda match: f'="{light.get(match[1], match[1])}"', svg)


GREY_FILL = 0.22  # of grey on the ground, below a line
GREY_RAMP = (0.08, 0.12, 0.18, 0.24, 0.6, 0.8, 1.0)  # of grey on the ground; text stands on the first four as on ground


def grey_colours(theme: str, *, all_of_them: bool) -> dict[str, str]:
    """Returns greys for the colours of the dark theme: for the accent only, or for all but the ground and the rules."""
    base = COLOURS_BY_THEME[theme]
    fills = [mix_colours(base.quiet, base.ground, GREY_FILL)] * len(DARK.fills)
    ramp = [mix_colours(base.quiet, base.ground, part) for part in GREY_RAMP]
    greys = dict(zip(DARK.ramp, ramp, strict=True)) | {DARK.accent: base.quiet, DARK.fills[0]: fills[0]}
    if not all_of_them:
        return greys
    inks = (DARK.ink, DARK.title, DARK.trouble, DARK.now, *DARK.series)
    return greys | dict(zip(DARK.fills, fills, strict=True)) | dict.fromkeys(inks, base.quiet)


def grey_rules() -> str:
    """Returns CSS that takes the accent from charts of old figures; while the server is gone, all colours and today."""
    selectors = (
        (".stale", "dark", False),
        (".light .stale", "light", False),
        (".offline", "dark", True),
        (".light.offline", "light", True),
    )
    hidden = ", ".join(f".offline .chart [fill='{colour}']" for colour in running_colours())
    rules = (
        f"{within} .chart [{paint}='{colour}'] {{ {paint}: {grey}; }}"
        for within, theme, all_of_them in selectors
        for colour, grey in grey_colours(theme, all_of_them=all_of_them).items()
        for paint in ("fill", "stroke")
    )
    return "\n".join((*rules, f"{hidden} {{ display: none; }}"))


def running_colours() -> tuple[str, str, str]:
    """Returns the colours of what has begun and is not over: ring or bar, figure, word."""
    return DARK.running_ground, DARK.running_ink, DARK.running_quiet


def recolour_rules(within: str) -> str:
    """Returns CSS that recolours every chart inside the selector `within` for the light theme."""
    rules = []
    for dark, light in dark_to_light().items():
        rules.append(f"{within} .chart [fill='{dark}'] {{ fill: {light}; }}")
        rules.append(f"{within} .chart [stroke='{dark}'] {{ stroke: {light}; }}")
    return "\n".join(rules)
