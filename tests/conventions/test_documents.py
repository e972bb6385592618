"""The documents: every link in them leads somewhere, and every page can be reached from the README."""

import re
from pathlib import Path

import pytest

from tests.conventions.code import ROOT

LINK = re.compile(r"\]\((?!https?:)([^)\s#]*)(#[^)\s]*)?\)")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])


def heading_anchors(page: Path) -> set[str]:
    """Returns the anchors that GitHub and GitLab make of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def linked_pages(page: Path) -> set[Path]:
    """Returns the files that a page links to."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    return {(page.parent / path).resolve() if path else page.resolve() for path, _ in links}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path):
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = page.parent / path if path else page
        assert target.exists(), f"{path} does not exist"
        assert not anchor or anchor[1:] in heading_anchors(target), f"{path} has no heading for {anchor}"


def test_no_document_names_a_file_outside_the_repository():
    for page in PAGES:
        outside = re.findall(r"(?:\.\./){1,}shared\S*|/work/\S+", page.read_text(encoding="utf-8"))
        assert not outside, f"{page.name}: {outside}"


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [(ROOT / "README.md").resolve()]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        if page.is_dir():
            waiting += [each.resolve() for each in page.glob("*.md")]
        elif page.suffix == ".md":
            waiting += linked_pages(page)
    unreached = {page for page in (ROOT / "docs").rglob("*.md") if page.resolve() not in reached}
    assert not unreached
