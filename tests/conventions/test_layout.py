"""Rules for the files of the project; import-linter holds the layers, in pyproject.toml."""

import ast
import fnmatch
import re
import tomllib
from collections.abc import Callable

from tests.conventions.code import EVERYTHING, PRODUCT, ROOT, Source, sources, words
from tests.conventions.wall_assets import wall_assets

TOP_LEVEL = words(
    """
    run.py handlers utilities templates static tests requirements.txt demo boards bench docs Makefile pyproject.toml
    requirements-dev.txt requirements.in requirements-dev.in README.md CHANGELOG.md CONTRIBUTING.md LICENSE Procfile
    Dockerfile compose.yaml .env.example .ci .git .gitignore .dockerignore .venv
    """
)
BROAD = {"Exception", "BaseException"}


def names(*places: str, wrong: Callable[[Source], object]) -> list[str]:
    """Returns the names of the files for which `wrong` is true."""
    return [source.name for source in sources(*places) if wrong(source)]


def broad_excepts(source: Source) -> list[str]:
    if "except:" not in source.text and not any(name in source.text for name in BROAD):
        return []  # to parse every file would take seconds
    handlers = [node for node in source.nodes if isinstance(node, ast.ExceptHandler)]
    names = [
        (node.lineno, node.type is None or {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)})
        for node in handlers
    ]
    return [f"{source.name}:{line}" for line, caught in names if caught is True or caught & BROAD]


def imported(source: Source) -> set[str]:
    """Returns every module the file imports, and every package above it."""
    froms = [node for node in source.nodes if isinstance(node, ast.ImportFrom)]
    names = {f"{node.module}.{name.name}" for node in froms for name in node.names}
    names |= {name.name for node in source.nodes if isinstance(node, ast.Import) for name in node.names}
    return {".".join(name.split(".")[:depth]) for name in names for depth in range(1, name.count(".") + 2)}


def test_architecture_document_shows_the_import_layers():
    """Checks that docs/architecture.md shows what import-linter holds, from the top down."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    held = [set(layer.replace(" ", "").split("|")) for layer in contracts[0]["layers"]]
    drawn = re.findall(r"^utilities/(?:\{(.*?)\}|(\w+))", (ROOT / "docs" / "architecture.md").read_text(), re.M)
    assert [set((many or one).split(",")) for many, one in drawn] == held


def test_top_level_is_fixed():
    ignored = (ROOT / ".gitignore").read_text().split()
    present = {entry.name + "/" * entry.is_dir() for entry in ROOT.iterdir()}
    unknown = {name for name in present if name.rstrip("/") not in TOP_LEVEL}
    assert not {name for name in unknown if not any(fnmatch.fnmatch(name, pattern) for pattern in ignored)}


def test_file_is_at_most_250_lines():
    assert not names(*EVERYTHING, wrong=lambda source: source.lines > 250)


def test_function_is_at_most_50_lines():
    long_texts = [source for source in sources(*EVERYTHING) if source.has_long_stretch(50)]
    assert not [name for source in long_texts for name, lines in source.functions() if lines > 50]


def test_every_module_has_a_docstring():
    assert not names(*PRODUCT, wrong=lambda source: source.text and not source.has_docstring)


def test_no_module_for_unrelated_helpers():
    drawers = {"helpers", "helper", "utils", "util", "misc", "common"}
    assert not names(*EVERYTHING, wrong=lambda source: source.path.stem in drawers)


def test_only_the_supervised_loop_catches_everything():
    places = [place for source in sources(*PRODUCT) for place in broad_excepts(source)]
    assert len(places) <= 1
    assert all(place.startswith("utilities/runtime/supervised_loop.py:") for place in places)


def test_nothing_under_utilities_knows_that_it_is_served_over_http():
    above = {"handlers", "demo", "tornado.web", "tornado.httpserver"}
    words_of_it = re.compile(r"import.*(handlers|demo|tornado)|(handlers|demo|tornado).*import")
    suspects = [source for source in sources("utilities") if words_of_it.search(source.text)]
    assert not [source.name for source in suspects if imported(source) & above]


def test_environment_is_read_in_settings_only():
    reads = re.compile(r"os\.(environ|getenv|putenv)|from os import .*(environ|getenv)")
    assert set(names(*PRODUCT, wrong=lambda source: reads.search(source.text))) <= {
        "utilities/config/environment.py",
        "utilities/config/inherited_sockets.py",
    }


def test_no_test_patches_our_own_modules():
    patches = re.compile(r"setattr\(\s*[\"']?(utilities|handlers|demo|run)\b")
    assert not names("tests", wrong=lambda s: "mock" in s.text and imported(s) & {"mock", "unittest.mock"})
    assert not names("tests", wrong=lambda source: patches.search(source.text))


def test_no_path_of_one_machine():
    assert not names(*EVERYTHING, wrong=lambda source: re.search(r"[\"'(=]/(home|Users|root)/", source.text))


def test_settings_are_read_by_one_function_only():
    callers = [source.name for source in sources(*PRODUCT) if "read_settings(" in source.text]
    assert set(callers) <= {"run.py", "utilities/config/environment.py"}


def test_every_test_file_says_what_it_is_about():
    assert not [source.name for source in sources("tests") if source.text and not source.has_docstring]


def test_style_and_script_of_the_wall_are_checked():
    checked = (ROOT / "Makefile").read_text()
    assert all(f"-m tests.conventions.{name}\n" in checked for name in ("es5", "old_css"))
    assert {"wall.js", "show.js", "beat.js", "tv.js"} <= set(wall_assets("js"))
    assert {"wall.css", "show.css", "identify.css", "tv.css"} <= set(wall_assets("css"))
