"""The Jinja environment: autoescaped, and an undefined name is an error."""

import re
from functools import partial
from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from utilities.runtime.worker_pool import WorkerPool


class TemplateBytecode(BytecodeCache):
    """Compiled templates by file and checksum."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Sets the bytecode of an unchanged template."""
        checksum, code = self.entries.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Stores the bytecode of a template."""
        self.entries[bucket.key] = (bucket.checksum, bucket.code)


CODE_MARKS = re.compile("`([^`]+)`")
BYTECODE_CACHE = TemplateBytecode()  # one for all environments of a process: the same options give the same bytecode


def template_environment(folder: Path, *, reload: bool = False) -> Environment:
    """Returns the templates of `folder`; the modules that own formats add filters."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=BYTECODE_CACHE,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_code"] = mark_code
    return environment


def mark_code(text: str) -> Markup:
    """Returns a sentence as HTML; what stands between backticks is code."""
    return Markup(CODE_MARKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 (escaped before)


def compile_templates_later(templates: Environment, workers: WorkerPool) -> None:
    """Compiles every template in a worker thread, so that the first request of a page does not hold the event loop."""

    def submit_each() -> None:
        for name in templates.list_templates(extensions=("html",)):
            workers.submit(partial(templates.get_template, name))

    workers.submit(submit_each)
