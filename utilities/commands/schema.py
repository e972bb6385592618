"""The command `schema`: the JSON Schema of board files, or of the playlists."""

import json
from collections.abc import Mapping

from pydantic import BaseModel

from utilities.config.boards.model import BoardFile
from utilities.playlists.model import PlaylistFile

FILE_MODELS: Mapping[str, type[BaseModel]] = {"boards": BoardFile, "playlists": PlaylistFile}


async def run_schema(of: str = "boards") -> int:
    """Prints the schema; returns the exit code."""
    print(json.dumps(FILE_MODELS[of].model_json_schema(), indent=2))
    return 0
