"""The one Jinja environment: autoescaped, and a misspelt name is an error."""

from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket


class TemplateBytecode(BytecodeCache):
    """What templates have been compiled to, by the file and what was in it."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self.kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = (bucket.checksum, bucket.code)


BYTECODE_CACHE = TemplateBytecode()  # one for all environments of a process: they differ in nothing that is compiled


def template_environment(folder: Path, *, reload: bool = False) -> Environment:
    """Templates from `folder`; filters are added by the modules that own the formats."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=BYTECODE_CACHE,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
    )
