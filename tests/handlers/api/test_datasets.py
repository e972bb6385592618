"""Programs declare datasets, push rows into them, and read them back; tiles, tables and CSV show them."""

import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from tests.handlers.api.conftest import Program
from tests.waiting import wait_until

Programs = Callable[..., Awaitable[Program]]

SCHEMA = {
    "columns": [
        {"name": "day", "kind": "date"},
        {"name": "sales", "kind": "integer"},
        {"name": "share", "kind": "fraction", "optional": True},
    ],
    "unique_by": ["day"],
    "expect_every": "1h",
}


async def declare(one: Program, schema: Any = SCHEMA, path: str = "sales") -> HTTPResponse:
    return await one.ask(f"/api/v1/datasets/{path}", "PUT", json.dumps(schema).encode())


async def push(one: Program, content: bytes | list[Any], method: str = "POST", **headers: str) -> HTTPResponse:
    body = content if isinstance(content, bytes) else json.dumps({"rows": content}).encode()
    return await one.ask("/api/v1/datasets/sales/rows", method, body, **headers)


async def rows(one: Program) -> list[Any]:
    listed, address = [], "/api/v1/datasets/sales/rows?limit=2"
    while address:
        page = json.loads((await one.ask(address)).body)
        listed, address = listed + page["rows"], page["next"]
    return listed


def sale(day: int, sales: Any = 3) -> dict[str, Any]:
    return {"day": f"2026-11-{day:02d}", "sales": sales}


async def test_program_declares_pushes_and_reads_back(program: Programs):
    one = await program("read", "push")
    declared = await declare(one)
    assert (declared.code, json.loads(declared.body)["pushed_at"]) == (200, None), declared.body
    assert json.loads(declared.body)["declared"]["expect_every"] == "1h"
    assert (await declare(one)).code == 200
    assert json.loads((await push(one, [sale(day) for day in range(1, 4)])).body) == {
        **{"stored": 3, "removed": 0, "rows": 3, "is_repeated": False}
    }
    assert await rows(one) == [["2026-11-01", 3, None], ["2026-11-02", 3, None], ["2026-11-03", 3, None]]
    csv = "day;sales;share\r\n2026-11-03;7;0,25\r\n2026-11-04;8;\r\n".encode("utf-8-sig")
    assert (await push(one, gzip.compress(csv), Content_Type="text/csv; charset=utf-8")).code == 200
    assert (await push(one, b'{"day":"2026-11-05","sales":9}\n\n', Content_Type="application/x-ndjson")).code == 200
    assert (await rows(one))[2:] == [["2026-11-03", 7, 0.25], ["2026-11-04", 8, None], ["2026-11-05", 9, None]]
    where = "/api/v1/datasets/sales/rows?where=%7B%22sales%22%3A3%7D"
    assert json.loads((await one.ask(where, "DELETE")).body)["removed"] == 2
    assert json.loads((await push(one, [sale(9)], "PUT")).body)["removed"] == 3
    listed = json.loads((await one.ask("/api/v1/datasets")).body)["items"]
    assert listed == [json.loads((await one.ask("/api/v1/datasets/sales")).body)]
    assert (listed[0]["rows"], listed[0]["is_late"]) == (1, False)
    assert (await one.ask("/api/v1/datasets/sales", "DELETE")).code == 204
    assert (await one.ask("/api/v1/datasets/sales")).code == 404


async def test_push_with_wrong_rows_names_each_and_stores_none(program: Programs):
    one = await program("read", "push")
    await declare(one)
    await push(one, [sale(1)])
    answer = await push(one, [sale(2), sale(3, "many"), {"day": "3.11.", "share": 2}], "PUT")
    problem = json.loads(answer.body)
    assert (answer.code, problem["detail"]) == (422, "4 values wrong. No row of this push is stored.")
    assert problem["errors"] == [
        {"parameter": "row 2, sales", "detail": "“many”, but expected a whole number"},
        {"parameter": "row 3, day", "detail": "“3.11.”, but expected a date such as 2026-11-27"},
        {"parameter": "row 3, sales", "detail": "no value, but expected a whole number"},
        {"parameter": "row 3, share", "detail": "2, but expected a number from 0 to 1"},
    ]
    assert await rows(one) == [["2026-11-01", 3, None]]
    dataset = json.loads((await one.ask("/api/v1/datasets/sales")).body)
    assert dataset["failed_at"] and dataset["failure"].startswith("row 2, sales: “many”")


BAD_BODIES = [
    (b"", "application/json", 400, "The body is no JSON at line 1, column 1."),
    (b'{"rows": 7}', "application/json", 400, "must be a list of objects"),
    (b"[" * 100_000, "application/json", 400, "nested too deep"),
    ("[]".encode("utf-16"), "application/json", 400, "must be in UTF-8"),
    (b"\x1f\x8b" + b"x" * 50, "application/json", 400, "damaged"),
    (gzip.compress(b"[]")[:-9], "application/json", 400, "the end of the gzip data is missing"),
    (gzip.compress(b" " * 20_000_000), "application/json", 413, "10 MB"),
    (b"day,turnover\n", "text/csv", 400, "one of its names is none of them: day, sales, share"),
    (b"day,sales\n2026-11-01,3,4\n", "text/csv", 400, "Line 2 has 3 cells under 2 headings"),
    (b'day,sales\n"2026', "text/csv", 400, "Line 2 of the file cannot be read"),
    (b"[]", "image/png", 415, "Content-Type must be"),
    (json.dumps([sale(1)] * 10_001).encode(), "application/json", 422, "1 value wrong"),
    (b'[{"day": "2026-11-01", "sales": 1e400}]', "application/json", 422, "1 value wrong"),
    (b'[{"day": "2026-11-01", "sales": NaN}]', "application/json", 422, "1 value wrong"),
    (b'[{"day": "2026-11-01", "sales": true}]', "application/json", 422, "1 value wrong"),
]


async def test_body_that_cannot_be_read_is_refused_in_words(program: Programs, subtests: pytest.Subtests):
    one = await program("read", "push")
    await declare(one)
    for content, media_type, code, words in BAD_BODIES:
        with subtests.test(words=words):
            answer = await push(one, content, Content_Type=media_type)
            assert (answer.code, answer.headers["Content-Type"]) == (code, "application/problem+json"), answer.body
            assert words in json.loads(answer.body)["detail"]
    assert await rows(one) == []
    too_large = await one.ask("/api/v1/datasets/sales/rows", "POST", b"[" + b" " * 11_000_000)
    assert too_large.code in (400, 413)
    assert (await push(one, [sale(1)])).code == 200


BAD_SCHEMAS = [
    ({}, {"columns"}),
    ({"columns": []}, {"columns"}),
    ({"columns": [{"name": "Day", "kind": "date"}]}, {"columns.0.name"}),
    ({"columns": [{"name": "day", "kind": "month"}, {"name": "sales"}]}, {"columns.0.kind", "columns.1.kind"}),
    ({"columns": [{"name": "sales", "kind": "money"}]}, {"columns.0"}),
    ({"columns": [{"name": "day", "kind": "date"}] * 2}, {"body"}),
    ({"columns": [{"name": "day", "kind": "date"}], "unique_by": ["sales"]}, {"body"}),
    ({"columns": [{"name": "day", "kind": "date"}], "expect_every": 5}, {"expect_every"}),
    ({"columns": [{"name": "day", "kind": "date", "parent": "shops"}]}, {"columns"}),
    ([], {"body"}),
]


async def test_wrong_schema_is_refused_with_every_error_and_no_value(program: Programs, subtests: pytest.Subtests):
    one = await program("push")
    for schema, places in BAD_SCHEMAS:
        with subtests.test(schema=schema):
            answer = await declare(one, schema)
            assert answer.code == 422
            assert {each["parameter"] for each in json.loads(answer.body)["errors"]} == places
    assert (await declare(one, SCHEMA | {"token hunter2": "hunter2"})).body.count(b"hunter2") == 0
    assert (await declare(one, path="-sales")).code == 422
    assert (await declare(one, path="x" * 61)).code == 422


async def test_schema_that_breaks_rows_is_a_conflict_until_it_is_migrated(program: Programs):
    one = await program("read", "push")
    await declare(one)
    await push(one, [sale(1), sale(2)])
    other = SCHEMA | {"columns": [{"name": "day", "kind": "date"}]}
    conflict = await declare(one, other)
    assert conflict.code == 409
    assert "the column sales goes" in json.loads(conflict.body)["detail"]
    assert (await declare(one, other, "sales?migrate=true")).code == 200
    assert await rows(one) == [["2026-11-01"], ["2026-11-02"]]


async def test_same_push_twice_counts_once(program: Programs):
    one = await program("read", "push")
    await declare(one, SCHEMA | {"unique_by": []})
    answers = [await push(one, [sale(1)], Idempotency_Key="night-1") for _ in range(2)]
    assert [json.loads(each.body)["is_repeated"] for each in answers] == [False, True]
    assert (await push(one, [sale(2)], Idempotency_Key="night-1")).code == 409
    assert len(await rows(one)) == 1


async def test_value_of_a_tile_is_set_as_in_smashing(program: Programs, subtests: pytest.Subtests):
    one = await program("read", "push")
    for content in (b"42", b'{"value": 43}'):
        answer = await one.ask("/api/v1/tiles/shop/orders", "POST", content)
        assert answer.code == 200, answer.body
    dataset = json.loads((await one.ask("/api/v1/datasets/orders")).body)
    assert [each["kind"] for each in dataset["declared"]["columns"]] == ["datetime", "integer"]

    async def shows_the_last_value() -> bool:
        reading = json.loads((await one.ask("/api/v1/reports/orders/reading")).body)
        return bool(reading["rows"] == [[43]])

    await wait_until(shows_the_last_value)
    for path, content, code in (
        ("shop/orders", b"4.5", 200),  # it began with whole numbers
        ("shop/orders", b'"many"', 422),
        ("shop/orders", b"true", 422),
        ("shop/orders", b"{}", 422),
        ("shop/orders", b"many", 400),
        ("office/total-users", b"42", 409),
        ("shop/nothing", b"42", 404),
        ("nothing/orders", b"42", 404),
    ):
        with subtests.test(path=path, content=content):
            assert (await one.ask(f"/api/v1/tiles/{path}", "POST", content)).code == code
