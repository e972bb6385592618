"""The command `schema`: the JSON Schema of board files."""

import json

from utilities.config.boards.model import BoardFile


async def run_schema() -> int:
    """Prints the schema; returns the exit code."""
    print(json.dumps(BoardFile.model_json_schema(), indent=2))
    return 0
