"""The one Jinja environment: autoescaped, and a misspelt name is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(folder: Path, *, reload: bool = False) -> Environment:
    """Templates from `folder`; filters are added by the modules that own the formats."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
    )
