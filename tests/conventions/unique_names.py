"""Finds top-level names that more than one module of the product defines: `python -m tests.conventions.unique_names`.

Names with a meaning by convention (`REPORT`, `VIEW`, `PROVIDER` and the like) do not count.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator

from tests.conventions.code import Source, sources, words

BY_CONVENTION = words("REPORT REPORTS VIEW VIEWS PROVIDER SOURCE CHANNEL JOB QUERIES QUESTIONS main")
TOP_LEVEL_NAME = re.compile(
    r"^(?:(?P<is_class>class)|(?:async )?def) (?P<definition>\w+)|^(?P<constant>[A-Z][A-Z0-9_]*) =", re.M
)
MAX_SHARED_NAMES = 15
MAX_SHARED_CLASSES = 0


def defined_names(source: Source) -> Iterator[tuple[str, bool]]:
    """Yields the functions, classes and constants that a module defines, and whether each is a class."""
    for match in TOP_LEVEL_NAME.finditer(source.text):
        yield match["definition"] or match["constant"], bool(match["is_class"])


def shared_names(*, classes_only: bool = False) -> dict[str, list[str]]:
    """Returns each name that several modules define, with the modules."""
    modules = defaultdict(set)
    for source in sources("run.py", "handlers", "utilities"):
        if "/migrations/" not in source.name:
            for name, is_class in defined_names(source):
                if name not in BY_CONVENTION and (is_class or not classes_only):
                    modules[name].add(source.name)
    return {name: sorted(files) for name, files in sorted(modules.items()) if len(files) > 1}


def main() -> int:
    """Prints the shared names when there are too many; returns the exit code."""
    shared, classes = shared_names(), shared_names(classes_only=True)
    if len(shared) <= MAX_SHARED_NAMES and len(classes) <= MAX_SHARED_CLASSES:
        return 0
    print(f"{len(shared)} names (at most {MAX_SHARED_NAMES}), {len(classes)} of them classes ({MAX_SHARED_CLASSES}):")
    for name, files in shared.items():
        print(f"  {name}: {', '.join(files)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
