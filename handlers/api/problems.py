"""Errors of the API that name parameters."""

from collections.abc import Mapping

from handlers.base.errors import HttpProblem


class ApiProblem(HttpProblem):
    """An error that names parameters: 400 when the OpenAPI document forbids them, 422 when they have no answer."""

    def __init__(self, status: int, faults: Mapping[str, str]) -> None:
        sentence = ". ".join(f"{words[0].upper()}{words[1:]}" for words in faults.values()) + "."
        super().__init__(status, sentence, faults=faults)
