"""The Jinja environment: autoescaped, and an undefined name is an error."""

from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket


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


BYTECODE_CACHE = TemplateBytecode()  # one for all environments of a process: the same options give the same bytecode


def template_environment(folder: Path, *, reload: bool = False) -> Environment:
    """Returns the templates of `folder`; the modules that own formats add filters."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=BYTECODE_CACHE,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
    )
