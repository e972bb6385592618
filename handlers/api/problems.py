"""What goes wrong, as programs are told it: problem documents (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

from handlers.api.models import FaultTold, ProblemTold
from handlers.base.errors import HttpProblem

TYPE = "application/problem+json"


class ApiProblem(HttpProblem):
    """A refusal that names the parameters: 400 when the document forbids them, 422 when nobody could answer them."""

    def __init__(self, status: int, faults: Mapping[str, str]) -> None:
        super().__init__(status, ". ".join(f"{words[0].upper()}{words[1:]}" for words in faults.values()) + ".")
        self.faults = faults


def problem(status: int, sentence: str, error: BaseException | None) -> str:
    """The document, as JSON."""
    faults = error.faults if isinstance(error, ApiProblem) else {}
    told = [FaultTold(parameter=name, detail=words) for name, words in faults.items()]
    phrase = HTTPStatus(status).phrase
    return ProblemTold(type="about:blank", title=phrase, status=status, detail=sentence, errors=told).model_dump_json()
