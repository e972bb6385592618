"""The SQL that both engines understand: what report SQL may use, and what makes DuckDB and ClickHouse agree."""

# The table is `page_views`. Its columns are the fields of PageView, but for two words that are reserved in SQL: `at` is
# `moment` (UTC, milliseconds) and `offset` is `zone_offset` (minutes). Two more are computed when a row is stored:
# `day` (a date) and `hour` (0 to 23), both on the site's wall clock at that moment. So a period of full days is
# `day BETWEEN $first AND $last`, right on days of 23 and 25 hours; part of a day is `moment >= $from AND moment < $to`.
# Every question names its site and its period: that is what both engines skip by. A page view has `name = ''`.
#
# Values stand as `$name`: text, integers, decimals, bool, date, aware datetime, or a list of one of these, as in
# `path IN $paths`. Nothing from outside is ever put into the text. Rows come back as str, int, float, bool, None, date,
# aware datetime (UTC), and 32 hex digits for an id.
#
# Both engines have, with the same meaning:
#     count(*), count(DISTINCT x) (exact), sum, min, max, avg, `agg(…) FILTER (WHERE …)`, countIf(condition)
#     argMin(value, by), argMax(value, by), any_value(value): of the first, of the last, of whichever row
#     medianOf(x), quantileOf(x, 0.95): exact, between two rows where it falls between them
#     toDayOfWeek(day): 1 is Monday, 7 is Sunday;  toMonday(day), toStartOfMonth(day): dates
#     dateDiff('second', a, b): boundaries between a and b;  millis(moment): ms since 1970, so differences are exact
#     stamp(moment, page): a number greater for a later moment, then for a greater page;  pageOf(stamp): that page
#     localTime(moment, zone_offset): the wall clock as a timestamp (it comes back as if it were UTC)
#     intDiv(a, b), if(c, a, b), CASE, coalesce, nullIf, lower, upper, `||`, substring, startsWith(text, head), LIKE
#     row_number(), lag(column), lead(column) (NULL where there is none), sum(…) OVER (…); WITH, HAVING, LIMIT, OFFSET,
#     joins (no partner: NULL), UNION ALL (to order it, put it into a subquery)
#     nothing to aggregate: sum, min, max and avg are NULL, count is 0;  NULLs come last;  `/` makes decimals
#
# Not the same, so not to be used: a CTE named twice is worked out twice by ClickHouse (right, but slow); ordered lists
# inside an aggregate (ask for ordered rows); regular expressions; JSON functions; GROUP BY with numbers.
# A series of dates is made in Python, which knows the days that have no row.

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from utilities.model.errors import BadAnswer
from utilities.pageviews.sql.columns import to_stored_moment

PLACEHOLDER = re.compile(r"\$([a-z_][a-z0-9_]*)")

# ClickHouse's names taught to DuckDB; names of functions are not case-sensitive there. `if`, `argMin`, `argMax`,
# `dateDiff`, `nullIf` and `any_value` it knows by itself.
DUCKDB_MACROS = {
    "countIf(c)": "count(*) FILTER (WHERE c)",  # DuckDB's own is NULL for no rows
    "intDiv(a, b)": "a // b",
    "localTime(t, minutes)": "t::TIMESTAMP + to_minutes(minutes)",
    "medianOf(x)": "quantile_cont(x, 0.5)",
    "millis(t)": "epoch_ms(t)",
    "pageOf(s)": "(s & 4294967295)::BIGINT",
    "quantileOf(x, p)": "quantile_cont(x, p)",
    "stamp(t, page)": "(greatest(epoch_ms(t), 0)::UHUGEINT << 32) | page::UHUGEINT",
    "startsWith(a, b)": "starts_with(a, b)",
    "toDayOfWeek(d)": "isodow(d)",
    "toMonday(d)": "date_trunc('week', d)::DATE",
    "toStartOfMonth(d)": "date_trunc('month', d)::DATE",
}

# And ours to ClickHouse: functions that are written into the question, since aggregates cannot be defined there.
CLICKHOUSE_REWRITES = {
    r"\b(lag|lead)\((\w+)\)": r"\1(toNullable(\2))",
    r"\blocalTime\(": "addMinutes(",
    r"\bmillis\(": "toUnixTimestamp64Milli(",
    r"\bpageOf\((\w+)\)": r"toUInt64(bitAnd(\1, 4294967295))",
    r"\bstamp\((\w+), (\w+)\)": (
        r"bitOr(bitShiftLeft(toUInt128(greatest(toUnixTimestamp64Milli(\1), 0)), 32), toUInt128(\2))"
    ),
    r"\bmedianOf\(": "quantileExactInclusiveOrNull(0.5)(",
    r"\bquantileOf\((.+?), (0\.\d+)\)": r"quantileExactInclusiveOrNull(\2)(\1)",
}

CLICKHOUSE_SETTINGS: Mapping[str, Any] = {
    "final": 1,  # a row that was sent twice is one row, whether it has been merged yet or not
    "do_not_merge_across_partitions_select_final": 1,
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "count_distinct_implementation": "uniqExact",
    "transform_null_in": 0,
    "prefer_column_name_to_alias": 1,  # `SELECT max(day) AS day … WHERE day > …` means the column, as in DuckDB
}


def clickhouse_type(value: Any) -> str:
    """Returns ClickHouse's type of a value; raises TypeError for values that queries cannot contain."""
    match value:
        case bool():
            return "Bool"
        case int():
            return "Int64"
        case float():
            return "Float64"
        case str():
            return "String"
        case datetime():
            return "DateTime64(3, 'UTC')"
        case date():
            return "Date"
        case [first, *_]:
            return f"Array({clickhouse_type(first)})"
        case [] | ():
            return "Array(String)"
    raise TypeError(f"{type(value).__name__} cannot be a value of a query")


def to_clickhouse_sql(sql: str, values: Mapping[str, Any]) -> str:
    """Converts SQL to ClickHouse's dialect; raises BadAnswer when a placeholder has no value."""
    for ours, theirs in CLICKHOUSE_REWRITES.items():
        sql = re.sub(ours, theirs, sql)
    return PLACEHOLDER.sub(lambda match: f"{{{match[1]}:{clickhouse_type(values[match[1]])}}}", sql)


def used_values(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values that the SQL names, with datetimes as stored; raises BadAnswer for a missing one."""
    names = set(PLACEHOLDER.findall(sql))
    if missing := sorted(names - values.keys()):
        raise BadAnswer(f"the query has no value for {', '.join(missing)}")
    return {name: to_engine_value(values[name]) for name in names}


def to_engine_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_stored_moment(value)
    return [to_engine_value(each) for each in value] if isinstance(value, list | tuple) else value


def with_utc(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values with aware datetimes: clickhouse-connect takes naive ones for the server's local time."""
    return {
        name: [to_aware(each) for each in value] if isinstance(value, list) else to_aware(value)
        for name, value in values.items()
    }


def to_aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def from_engine_value(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else to_aware(value)


def plain_rows(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Returns rows in the types that the comment above describes."""
    return [tuple(map(from_engine_value, row)) for row in rows]
