"""The command `check`: prints what works and what is wrong."""

from utilities.checkup import CheckStatus, Finding, run_checks
from utilities.config.settings import Settings
from utilities.logs import log_to_stderr
from utilities.model.clock import utc_now
from utilities.pageviews.own_figures import has_own_figures


async def run_check(settings: Settings) -> int:
    """Prints a line for each finding; returns 1 when something is wrong."""
    log_to_stderr("ERROR", "text", settings.redactor())
    findings = [Finding("settings", CheckStatus.WRONG, warning) for warning in settings.warnings]
    for finding in findings or [Finding("settings", CheckStatus.OK, "all settings are valid")]:
        print(finding)
    async for finding in run_checks(settings, utc_now):
        findings.append(finding)
        print(finding, flush=True)
    faults = sum(finding.status is CheckStatus.WRONG for finding in findings)
    print(f"{faults} to fix." if faults else "All is well.")
    if settings.unconfigured and not has_own_figures(settings):
        print("Nothing is configured, so `run.py` serves a demo.")
    return bool(faults)
