"""/healthz: the state of Foyer for monitoring; without sign-in and without secrets."""

from collections.abc import Mapping
from typing import Any

from handlers.base.handler import BaseHandler
from utilities.model.frames import Reading, ReadingState

DEGRADED_STATES = (ReadingState.STALE, ReadingState.FAILED)


class HealthPage(BaseHandler):
    """Returns 200 while the server serves; the field `status` has the rest."""

    def get(self) -> None:
        readings = {name: self.reading_health(name) for name in self.board_reports()}
        store = self.services.store.health()
        boards, sites = self.services.boards, self.services.collector.sites
        faults = sorted(boards.faults)  # what is wrong with them is for those inside
        is_outdated = bool(faults or boards.folder_fault or sites.fault or self.services.playlists.fault)
        stored = store.get("answers", True) and store.get("writes", True)  # a full Redis answers, but takes nothing
        page_views = self.services.collector.views.health()
        state = self.services.database.health()
        is_storage_down = not (stored and page_views["answers"] and state["writes"])
        is_source_down = any(
            each["state"] in DEGRADED_STATES for name, each in readings.items() if self.has_source(name)
        )
        warnings = self.services.collector.warnings()
        undrawn = self.services.walls.undrawn_tiles
        channels = self.services.notices.health()
        is_channel_down = not all(each["works"] for each in channels.values())
        degraded = is_channel_down or is_source_down or is_storage_down or is_outdated or warnings or undrawn
        self.set_header("Cache-Control", "no-store")
        self.finish(
            {
                "status": "degraded" if degraded else "ok",
                "demo": self.services.settings.demo,
                "readings": readings,
                "sources": {name: source.health() for name, source in self.services.sources.configured.items()},
                "store": store,
                "page_views": page_views,
                "warnings": warnings,
                "boards": {
                    "shown": len(boards),
                    "faults": faults,
                    "folder_readable": not boards.folder_fault,
                    "undrawn_tiles": undrawn,
                },
                "playlists": {
                    "shown": len(self.services.playlists),
                    "file_usable": not self.services.playlists.fault,
                    "screens": self.services.director.screen_count,
                },
                "sites": {"counted": len(sites), "file_usable": not sites.fault},
                "state_database": state,
                "channels": channels,
                "walls": self.services.walls.wall_count,
            }
        )

    head = get

    def board_reports(self) -> list[str]:
        return sorted({tile.report for board in self.services.boards for tile in board.tiles})

    def has_source(self, name: str) -> bool:
        """Whether a report's source is configured; without one it has no figures, and that is no fault."""
        report = self.services.reports.get(name)
        return report is None or self.services.sources.has_source(report.sources[0])

    def reading_health(self, name: str) -> Mapping[str, Any]:
        """The state and age in seconds of one reading, and the kind of trouble it is in."""
        now, report = self.services.clock(), self.services.reports.get(name)
        reading = (self.services.store.latest(name) or Reading(name)).current_at(now)
        age = reading.age_at(now)
        state = reading.state_at(now, report.refresh_every, report.stale_after) if report else ReadingState.FAILED
        return {
            "state": state,
            "age": None if age is None else round(age.total_seconds(), 1),
            "trouble": reading.last_error.kind if reading.last_error else None,
        }
