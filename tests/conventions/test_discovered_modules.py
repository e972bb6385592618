"""Checks that each discovered module defines what its folder requires."""

from types import ModuleType

import pytest

from tests.conventions.code import ROOT
from utilities import reports, sources
from utilities.alerts import channels
from utilities.alerts.channels import ChannelType
from utilities.config.discovery import discover_units
from utilities.model.errors import ModuleRuleError
from utilities.rendering import views
from utilities.shares import providers as shares

FOLDERS = [
    (sources, "SOURCE", sources.SourceType),
    (reports, "REPORT", reports.Report),
    (shares, "PROVIDER", shares.Provider),
    (views, "VIEW", views.View),
    (channels, "CHANNEL", ChannelType),
]


@pytest.mark.parametrize(("package", "name", "kind"), FOLDERS, ids=lambda each: getattr(each, "__name__", str(each)))
def test_every_module_exports_its_name(package: ModuleType, name: str, kind: type):
    units = discover_units(package, name, kind)
    assert len({unit.name for unit in units}) == len(units)


def test_every_view_has_its_template():
    for view in discover_units(views, "VIEW", views.View):
        assert (ROOT / "templates" / "views" / f"{view.template}.html").is_file()


def test_module_without_the_name_stops_the_start_with_a_sentence():
    with pytest.raises(ModuleRuleError, match=r"utilities\.reports\.\w+ must define SOURCE: SourceType"):
        discover_units(reports, "SOURCE", sources.SourceType)
