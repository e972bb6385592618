"""The OpenAPI document is valid and served, and schemathesis finds no answer that differs from it."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from handlers.api import RESOURCES
from handlers.api.document import API_ROOT, openapi_document
from handlers.api.models import PagingParams, RangeParams
from tests.conventions.code import ROOT
from tests.handlers.api.conftest import Program
from utilities.sources.pageviews import PAGE_VIEW_PARAMS

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("FOYER_FUZZ", "")

Programs = Callable[..., Awaitable[Program]]


async def test_document_is_valid_and_served(program: Programs):
    from openapi_spec_validator import OpenAPIV31SpecValidator  # late: it takes a third of a second

    one = await program("read")
    answer = await one.ask("/api/v1/openapi.json")
    served = json.loads(answer.body)
    assert served == json.loads(json.dumps(openapi_document(RESOURCES)))
    OpenAPIV31SpecValidator(served).validate()
    fields = [
        (name, each)
        for schema in served["components"]["schemas"].values()
        for name, each in schema.get("properties", {}).items()
    ]
    assert not [name for name, each in fields if "description" not in each]
    assert set(served["paths"]) == {each.path for each in RESOURCES}


def test_every_answer_has_an_example_that_its_schema_allows():
    document = json.loads(json.dumps(openapi_document(RESOURCES)))
    responses = [
        each for path in document["paths"].values() for one in path.values() for each in one["responses"].values()
    ]
    contents = [
        each["content"] for each in (*responses, *document["components"]["responses"].values()) if "content" in each
    ]
    assert len(contents) > 15
    for content in contents:
        ((_, answer),) = content.items()
        check_value = Draft202012Validator({**answer["schema"], "components": document["components"]})
        check_value.validate(answer["example"])
        for name, value in answer["example"].items():
            assert value != "" or name == "request_id", f"{name} is empty: {answer['example']}"


async def test_headers_of_the_document_are_those_of_the_answer(program: Programs):
    one = await program("read")
    described = openapi_document(RESOURCES)["paths"]["/boards"]["get"]["responses"]["200"]["headers"]
    assert described.keys() <= (await one.ask("/api/v1/boards")).headers.keys()


async def test_api_page_has_every_route_and_parameter(counted: Program):
    nobody = Program(counted.foyer, "", counted.fetch)  # on this machine
    page = (await nobody.ask("/api", Accept="text/html")).body.decode()
    for each in RESOURCES:
        assert f"<code>{API_ROOT}{each.path}</code>" in page
        for operation in each.operations():
            for name, field in operation.query.model_fields.items():
                assert f"<code>{field.alias or name}</code></th>" in page
    assert 'href="/tokens"' in page


def test_readings_accept_the_parameters_of_the_page_view_source():
    named = {
        field.alias or name for name, field in RangeParams.model_fields.items() if name not in PagingParams.model_fields
    }
    assert named == {*PAGE_VIEW_PARAMS, "compare"}


@pytest.mark.slow
@pytest.mark.timeout(1800 if EXAMPLES else 300)  # a busy machine
async def test_schemathesis_finds_nothing(program: Programs, tmp_path: Path):
    one = await program("read")
    for _ in range(20):  # one that is revoked while others ask is not the one they ask with
        admin = await one.another("read", "admin", "screens", "push")
    how = ["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES or "2"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
        f"{one.foyer.address}/api/v1/openapi.json",
        *("-H", "Host: foyer.example.com", "-H", f"Authorization: Bearer {admin.token}"),
        *how,
        *(["--generation-database", "none"] if EXAMPLES else ["--generation-deterministic"]),
        "--no-color",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert b"26 selected / 26 total" in output
