"""The errors of datasets as problems with a status."""

from collections.abc import Iterator
from contextlib import contextmanager

from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from utilities.datasets.batches import BatchTooLarge, BatchUnreadable
from utilities.datasets.cells import RowsRefused
from utilities.datasets.declarations import NoDataset, SchemaConflict
from utilities.datasets.pushes import KeyReused
from utilities.model.errors import ParameterError


@contextmanager
def dataset_problems() -> Iterator[None]:
    """Raises the errors of datasets as problems with a status."""
    try:
        yield
    except NoDataset as error:
        raise HttpProblem(404, str(error)) from None
    except (SchemaConflict, KeyReused) as error:
        raise HttpProblem(409, str(error)) from None
    except ParameterError as error:
        raise ApiProblem(422, {error.parameter or "dataset": str(error)}) from None
    except BatchTooLarge as error:
        raise HttpProblem(413, str(error)) from None
    except BatchUnreadable as error:
        raise HttpProblem(400, str(error)) from None
    except RowsRefused as error:
        raise HttpProblem(422, refusal_sentence(error), faults=row_faults(error)) from None


def refusal_sentence(error: RowsRefused) -> str:
    """Returns how many values are wrong."""
    shown = f", of which the first {len(error.errors)} are listed" if error.total > len(error.errors) else ""
    return f"{error.total:,} value{'' if error.total == 1 else 's'} wrong{shown}. No row of this push is stored."


def row_faults(error: RowsRefused) -> dict[str, str]:
    """Returns a sentence for each wrong value, by its row and column."""
    return {
        f"row {each.row}, {each.column}"
        if each.column
        else f"row {each.row}": f"{each.came}, but expected {each.expected}"
        for each in error.errors
    }
