"""Where FOYER_REQUIRE_SERVICES is set, a test that was skipped because it `needs …` a service is a failure."""

import os

import pytest

SKIPPED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SKIPPED] = []
    if os.environ.get("FOYER_REQUIRE_SERVICES"):
        config.pluginmanager.register(SkipCollector(config.stash[SKIPPED]))


class SkipCollector:
    """Remembers the skips, of tests or of whole modules, whose reason begins with `needs`, and fails the run for them.

    Other reasons stay what they are: a recording that is not kept in the repository is no missing service.
    """

    def __init__(self, skipped: list[str]) -> None:
        self.skipped = skipped

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
            if reason.removeprefix("Skipped: ").startswith("needs"):
                self.skipped.append(f"{report.nodeid}: {reason}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.skipped:
            terminalreporter.write_line(f"NOT RUN {line}", red=True)
