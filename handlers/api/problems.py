"""Errors of the API: problem documents (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

from handlers.api.models import FaultResponse, ProblemResponse
from handlers.base.errors import HttpProblem

PROBLEM_CONTENT_TYPE = "application/problem+json"


class ApiProblem(HttpProblem):
    """An error that names parameters: 400 when the OpenAPI document forbids them, 422 when they have no answer."""

    def __init__(self, status: int, faults: Mapping[str, str]) -> None:
        super().__init__(status, ". ".join(f"{words[0].upper()}{words[1:]}" for words in faults.values()) + ".")
        self.faults = faults


def problem_json(status: int, sentence: str, error: BaseException | None) -> str:
    """Returns the problem document as JSON."""
    faults = error.faults if isinstance(error, ApiProblem) else {}
    errors = [FaultResponse(parameter=name, detail=words) for name, words in faults.items()]
    title = HTTPStatus(status).phrase
    problem = ProblemResponse(type="about:blank", title=title, status=status, detail=sentence, errors=errors)
    return problem.model_dump_json()
