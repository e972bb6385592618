"""On which screens each board hangs, in words for the list of boards."""

from collections.abc import Mapping

from utilities.model.errors import StateDown
from utilities.playlists.dry_run import describe_window
from utilities.playlists.watcher import Playlists
from utilities.screens.registry import ScreenRegistry

ALWAYS = "always"
MAX_LISTED_SCREENS = 4


async def list_hanging(registry: ScreenRegistry, playlists: Playlists) -> Mapping[str, str] | None:
    """Returns where each board hangs: `Reception and Kitchen (Mon–Fri, 11:30 to 14:00)`; not those that hang nowhere.

    None while the state database is down.
    """
    try:
        paired = [screen for screen in await registry.list_screens() if screen.is_paired]
    except StateDown:
        return None
    names: dict[str, list[str]] = {}
    for screen in paired:
        playlist = playlists.get(screen.playlist) if screen.playlist else None
        windows = {screen.board: [ALWAYS]} if playlist is None else {}
        for item in playlist.items if playlist is not None else ():
            windows.setdefault(item.board, []).append(describe_window(item))
        for board, times in windows.items():
            when = "" if ALWAYS in times else f" ({'; '.join(dict.fromkeys(times))})"
            names.setdefault(board, []).append(f"{screen.name}{when}")
    return {board: join_screen_names(each) for board, each in names.items()}


def join_screen_names(names: list[str]) -> str:
    """Returns `Reception, Kitchen and Door`; many are `Reception, Kitchen, Door and 5 more`."""
    if len(names) > MAX_LISTED_SCREENS:
        names = [*names[: MAX_LISTED_SCREENS - 1], f"{len(names) - MAX_LISTED_SCREENS + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
