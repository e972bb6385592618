"""/datasets: what other programs push, when it last came, and a form to push a CSV file."""

from functools import partial
from pathlib import PurePath
from typing import Any

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from utilities.datasets.batches import BatchFormat, BatchUnreadable, read_batch
from utilities.datasets.cells import CheckedRow, RowError, RowsRefused
from utilities.datasets.declarations import Dataset, NoDataset
from utilities.datasets.figures import DatasetQuery, frame_column
from utilities.datasets.pushes import PushMode
from utilities.datasets.schema import describe_interval, describe_kind
from utilities.model.formats import format_age, format_value
from utilities.model.principals import Person

SHOWN_ROWS = 20  # of a dataset on its page, the last ones
MAX_UPLOAD_KB = 1000  # of a form; the API and the command take more
UPLOAD_FORMATS = {".json": BatchFormat.JSON, ".ndjson": BatchFormat.LINES, ".jsonl": BatchFormat.LINES}


class DatasetPages(BaseHandler):
    """Base of the pages about datasets."""

    def push_words(self, dataset: Dataset) -> str:
        """Returns when rows were pushed last: `4 min ago by Till`."""
        if dataset.pushed_at is None:
            return "never"
        age = format_age(max((self.services.clock() - dataset.pushed_at).total_seconds(), 0))
        return f"{age if age == 'now' else f'{age} ago'} by {dataset.pushed_by}"

    def state_words(self, dataset: Dataset) -> tuple[str, str]:
        """Returns a shape of templates/marks.html and a word or two."""
        if dataset.failure:
            return "cross", "last push refused"
        if dataset.is_late(self.services.clock()):
            return "half", "late"
        return ("now", "in time") if dataset.pushed_at else ("ring", "waiting")

    def boards_with(self, dataset: Dataset) -> list[tuple[str, str]]:
        """Returns name and title of the boards that show a dataset."""
        reports = self.services.reports
        names = {
            name
            for name, report in reports.items()
            if isinstance(report.query, DatasetQuery) and report.query.dataset == dataset.name
        }
        return [(board.name, board.title) for board in self.services.boards if {t.report for t in board.tiles} & names]


class DatasetListPage(DatasetPages):
    """All datasets."""

    async def get(self) -> None:
        self.render_page(
            "datasets/list.html",
            here="/datasets",
            datasets=await self.services.datasets.list_all(),
            state=self.state_words,
            pushed=self.push_words,
            every=describe_interval,
        )


class DatasetPage(DatasetPages):
    """One dataset: its columns and last rows; a POST pushes a file, all of it or nothing."""

    async def get(self, name: str) -> None:
        await self.render_dataset(await self.find_dataset(name))

    async def post(self, name: str) -> None:
        dataset = await self.find_dataset(name)
        files = self.request.files.get("file", [])
        if not files or not files[0]["body"]:
            await self.refuse(dataset, "Choose a file first.")
            return
        file = files[0]
        suffix = PurePath(file["filename"].removesuffix(".gz")).suffix.lower()
        batch_format = UPLOAD_FORMATS.get(suffix, BatchFormat.CSV)
        mode = PushMode.REPLACE if self.get_body_argument("replace", "") else PushMode.APPEND
        datasets = self.services.datasets
        try:
            rows = await self.run_in_worker(partial(read_batch, file["body"], batch_format, dataset.schema))
            answer = await datasets.push(name, rows, mode, self.person_label)
        except BatchUnreadable as error:
            await self.refuse(dataset, str(error))
        except RowsRefused as error:
            fault = f"{error.total:,} {'value is' if error.total == 1 else 'values are'} wrong. Nothing is stored."
            await self.refuse(dataset, fault, error.errors)
        else:
            await self.render_dataset(await self.find_dataset(name), answer=answer)

    @property
    def person_label(self) -> str:
        """The name of the person in the list."""
        return self.principal.label if isinstance(self.principal, Person) else ""

    async def refuse(self, dataset: Dataset, fault: str, errors: tuple[RowError, ...] = ()) -> None:
        """Renders the page with what is wrong with a file; what was pushed before stays, and is not marked."""
        self.set_status(422)
        await self.render_dataset(dataset, fault=fault, errors=errors)

    async def find_dataset(self, name: str) -> Dataset:
        """Returns a dataset. Raises HttpProblem 404."""
        try:
            return await self.services.datasets.find(name)
        except NoDataset:
            raise HttpProblem(404, "There is no dataset of this name.") from None

    async def render_dataset(self, dataset: Dataset, **more: Any) -> None:
        """Renders the page of a dataset; `more` is about a file that was pushed."""
        _, rows = await self.services.datasets.read_last_rows(dataset.name, SHOWN_ROWS)
        shown = [self.format_row(dataset, values) for values in rows]
        settings, expected = self.services.settings, dataset.schema.expect_every
        await self.render_large_page(
            "datasets/dataset.html",
            here="/datasets",
            dataset=dataset,
            state=self.state_words(dataset),
            pushed=self.push_words(dataset),
            every=describe_interval(expected) if expected else "",
            kind=describe_kind,
            rows=shown[::-1],
            boards=self.boards_with(dataset),
            address=settings.public_url or settings.address,
            most_kb=MAX_UPLOAD_KB,
            **{"answer": None, "fault": "", "errors": (), **more},
        )

    def format_row(self, dataset: Dataset, values: CheckedRow) -> list[str]:
        """Returns the values of a row as people read them."""
        return [
            format_value(value, frame_column(column).kind)
            for value, column in zip(values, dataset.schema.columns, strict=True)
        ]
