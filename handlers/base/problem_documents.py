"""Problem documents (RFC 9457): errors for programs, as JSON."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus

PROBLEM_CONTENT_TYPE = "application/problem+json"
HTML_TYPES = re.compile(r"text/(html|\*)|application/xhtml")
PROGRAM_SUFFIXES = (".json", ".csv", ".svg", ".png")  # addresses that programs, spreadsheets and wikis fetch


def is_program_request(path: str, accept: str) -> bool:
    """Whether a request comes from a program, which would read a page as figures or as a picture."""
    names_types = bool(accept) and not accept.lstrip().startswith("*/*")  # as programs do that want no pages
    return path.endswith(PROGRAM_SUFFIXES) or (names_types and not HTML_TYPES.search(accept))


def encode_problem(status: int, sentence: str, faults: Mapping[str, str], request_id: str) -> str:
    """Returns the problem document as JSON; `faults` are sentences by the name of the parameter."""
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "errors": [{"parameter": name, "detail": words} for name, words in faults.items()],
        "request_id": request_id,
    }
    return json.dumps(problem, ensure_ascii=False)
