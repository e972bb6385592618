"""The state of one Redis in the log: one line when it fails, however many connections notice, and one when it works."""

import logging
from weakref import WeakValueDictionary

from utilities.runtime.outage_log import OutageLog

log = logging.getLogger(__name__)


class RedisOutage:
    """Which uses of one Redis fail in this process. Belongs to the event loop."""

    def __init__(self) -> None:
        self.failing: set[RedisUse] = set()
        self._log = OutageLog(
            log,
            "Redis cannot be used",
            "Redis works again",
            "pages continue from memory, and each process counts limits and repeated hits by itself",
        )

    def record_failure(self, use: "RedisUse", reason: str) -> None:
        """Records that one use fails; the reason of the first one is logged."""
        self.failing.add(use)
        self._log.record_failure(reason)

    def record_success(self, use: "RedisUse") -> None:
        """Records that one use works; the outage ends when none is left that fails.

        A use that is tried all the time speaks for those that are only tried when somebody needs them.
        """
        if use in self.failing and use.is_probed:
            self.failing = {each for each in self.failing if each.is_probed}
        self.failing.discard(use)
        if not self.failing:
            self._log.record_success()


class RedisUse:
    """One thing that Redis is used for and that can fail by itself, such as the writing of readings.

    `is_probed`: whether it is tried again and again by itself.
    """

    def __init__(self, outage: RedisOutage, *, is_probed: bool) -> None:
        self.is_probed = is_probed
        self._outage = outage

    @property
    def is_failing(self) -> bool:
        """Whether its last outcome was a failure."""
        return self in self._outage.failing

    def record_failure(self, reason: str) -> None:
        """Records a failure; the reason contains no part of REDIS_URL."""
        self._outage.record_failure(self, reason)

    def record_success(self) -> None:
        """Records a success."""
        self._outage.record_success(self)

    def forget(self) -> None:
        """Ends without a word in the log, when the connection is closed."""
        self._outage.failing.discard(self)


_outages: WeakValueDictionary[str, RedisOutage] = WeakValueDictionary()


def redis_outage_of(url: str) -> RedisOutage:
    """Returns what all connections of this process to this Redis share."""
    return _outages.setdefault(url, RedisOutage())
