"""The templates of a process are compiled in a worker thread, before the first page needs them."""

import re
from pathlib import Path

import jinja2

from tests.waiting import wait_until
from utilities.rendering.templating import compile_templates_later, template_environment
from utilities.runtime.worker_pool import WorkerPool

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def loaded_names(templates: jinja2.Environment) -> set[str]:
    assert templates.cache is not None
    return {name for _, name in templates.cache.keys()}  # noqa: SIM118 (jinja2's own cache)


async def test_worker_thread_compiles_every_template_before_its_first_page():
    templates = template_environment(TEMPLATES)
    workers = WorkerPool("Foyer", threads=1, max_pending=1, timeout=60)
    compile_templates_later(templates, workers)
    await wait_until(lambda: loaded_names(templates) == set(templates.list_templates()))
    await workers.close()
    assert "tokens.html" in loaded_names(templates)


ERROR_TEXT = re.compile(r"\{\{ \(?(?:[a-z_]+\.)*(?:[a-z]+_)?(?:fault|line|error|sentence)\b[^(}]*(?:\)[^}]*)?\}\}")


def test_every_error_on_a_page_at_a_desk_has_its_names_as_code():
    glass = ("screens/identify.html", "screens/takeover.html", "screens/tv.html")
    shown = [
        (name, text)
        for name in template_environment(TEMPLATES).list_templates()
        for text in ERROR_TEXT.findall((TEMPLATES / name).read_text())
        if not name.startswith("views/") and name not in glass
    ]
    assert len(shown) > 15
    assert [each for each in shown if "with_code" not in each[1]] == []
