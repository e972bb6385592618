"""Validation of Google Analytics responses."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from utilities.model.errors import BadAnswer
from utilities.model.text import clean_text


class Ga4Model(BaseModel):
    """Part of a response. Google may add fields, and leaves out empty ones."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Ga4Header(Ga4Model):
    name: str
    type: str = ""


class Ga4Cell(Ga4Model):
    value: str = ""


class Ga4Row(Ga4Model):
    dimensions: list[Ga4Cell] = Field(default=[], alias="dimensionValues")
    metrics: list[Ga4Cell] = Field(default=[], alias="metricValues")


class Sampling(Ga4Model):
    read: int = Field(default=0, alias="samplesReadCount")
    space: int = Field(default=0, alias="samplingSpaceSize")


class Truncation(Ga4Model):
    message: str = Field(default="", alias="dataTruncationMessage")
    type: str = Field(default="", alias="dataTruncationType")


class Restriction(Ga4Model):
    metric: str = Field(default="", alias="metricName")


class Restrictions(Ga4Model):
    active: list[Restriction] = Field(default=[], alias="activeMetricRestrictions")


class Ga4Metadata(Ga4Model):
    zone: str = Field(default="", alias="timeZone")
    thresholded: bool = Field(default=False, alias="subjectToThresholding")
    other: bool = Field(default=False, alias="dataLossFromOtherRow")
    empty: str = Field(default="", alias="emptyReason")
    sampling: list[Sampling] = Field(default=[], alias="samplingMetadatas")
    truncation: list[Truncation] = Field(default=[], alias="dataTruncationReasons")
    restrictions: Restrictions = Field(default=Restrictions(), alias="schemaRestrictionResponse")


class QuotaLeft(Ga4Model):
    remaining: int = 0
    consumed: int = 0  # by this one response


class Ga4Extras(Ga4Model):
    row_count: int = Field(default=0, alias="rowCount")
    totals: list[Ga4Row] = []


class Ga4Response(Ga4Model):
    """A runReport or runRealtimeReport response."""

    kind: str
    dimensions: list[Ga4Header] = Field(default=[], alias="dimensionHeaders")
    metrics: list[Ga4Header] = Field(default=[], alias="metricHeaders")
    rows: list[Ga4Row] = []
    metadata: Ga4Metadata = Ga4Metadata()
    quota: dict[str, QuotaLeft] = Field(default={}, alias="propertyQuota")
    row_count: int = Field(default=0, alias="rowCount")
    totals: list[Ga4Row] = []

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than these."""
        return self.row_count > len(self.rows)


BestEffort = TypeVar("BestEffort", bound=Ga4Model)


def parse_best_effort(model: type[BestEffort], raw: object) -> BestEffort:
    """Returns the fields that can be read; the others have their defaults."""
    fields: dict[str, Any] = {}
    for name, value in raw.items() if isinstance(raw, dict) else ():
        try:
            model.model_validate({name: value})
        except ValidationError:
            continue
        fields[name] = value
    return model.model_validate(fields)


def split_extras(raw: dict[str, Any]) -> dict[str, Any]:
    """Returns the response with what can be read of its quota, metadata, totals and number of rows.

    A fault in these does not make the figures worthless.
    """
    quota = raw.get("propertyQuota")
    levels = quota.items() if isinstance(quota, dict) else ()
    extras: dict[str, Any] = {
        "propertyQuota": {
            name: parse_best_effort(QuotaLeft, level) for name, level in levels if has_number(level, "remaining")
        },
        "metadata": parse_best_effort(Ga4Metadata, raw.get("metadata")),
    }
    plain = {key: value for key, value in raw.items() if key not in ("propertyQuota", "metadata", "totals", "rowCount")}
    more = parse_best_effort(Ga4Extras, raw)
    return {**plain, **extras, "totals": more.totals, "rowCount": more.row_count}


def has_number(level: object, key: str) -> bool:
    return isinstance(level, dict) and isinstance(level.get(key, 0), int)


def parse_ga4_response(
    raw: dict[str, Any], dimensions: Sequence[str] | None = None, metrics: Sequence[str] | None = None
) -> Ga4Response:
    """Validates a response, and that it has the requested fields; raises BadAnswer."""
    try:
        answer = Ga4Response.model_validate(split_extras(raw))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise BadAnswer(f"Google Analytics did not answer with a report ({where}: {first['msg']})") from error
    if not answer.kind.startswith("analyticsData#"):
        raise BadAnswer("Google Analytics did not answer with a report")
    for row in answer.rows:
        if len(row.dimensions) != len(answer.dimensions) or len(row.metrics) != len(answer.metrics):
            raise BadAnswer("Google Analytics answered rows that do not match their headers")
    for requested, headers in ((dimensions, answer.dimensions), (metrics, answer.metrics)):
        names = [header.name for header in headers]
        if requested is not None and names != list(requested) and (names or answer.rows):
            answered = clean_text(", ".join(names), 100) or "nothing"
            raise BadAnswer(
                f"Google Analytics answered {answered} instead of {', '.join(requested)}; check for a proxy in between"
            )
    return answer
