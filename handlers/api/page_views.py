"""Questions to the page views we count ourselves."""

from datetime import timedelta

from handlers.api.base import Operation, Readable
from handlers.api.figures import FiguresResource, said
from handlers.api.models import AnswerTold, ColumnTold, Paging, QuestionList, QuestionTold, Range
from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from utilities.reports import Report
from utilities.sources.pageviews import MOST_ROWS, PageViewAsk, questions

PACE = timedelta(minutes=1)  # an answer is used again for so long


class Questions(Readable):
    path = "/page-views"
    operation = Operation(
        "listQuestions", "What can be asked of the page views", "With the columns of each answer.", QuestionList, Paging
    )

    async def read(self, asked: Paging) -> QuestionList:
        known = [questions()[name] for name in sorted(questions())]
        shown, following = self.part(known, asked, [question.name for question in known])
        items = [
            QuestionTold(
                name=each.name,
                columns=[ColumnTold.model_validate(column) for column in each.columns],
                compares=each.compares,
                longest=each.most_days,
                href=f"{self.request.path}/{each.name}",
            )
            for each in shown
        ]
        return QuestionList(items=items, next=following)


class PageViewQuery(FiguresResource):
    path = "/page-views/{question}"
    operation = Operation(
        "askPageViews",
        "The answer to a question about the page views",
        f"At most {MOST_ROWS:,} rows, on as many pages as `limit` makes of them. Without `from` and `to`, the last "
        "LOOK_BACK_DAYS days. The same question within a minute has the same answer.",
        AnswerTold,
        Range,
    )

    async def read(self, asked: Range, name: str) -> AnswerTold:
        question = questions().get(name)
        if question is None:
            raise HttpProblem(404, "There is no question of this name.")
        if asked.compare and not question.compares:
            raise ApiProblem(
                422, {"compare": "the rows of this question cannot be set beside those of the time before"}
            )
        ask = PageViewAsk(name, limit=MOST_ROWS)
        report = Report(f"page-views-{name}", name, ("pageviews",), ask=ask, refresh_every=PACE)
        reading = await self.varied(report, said(asked), compare=asked.compare)
        return self.figures(AnswerTold, reading, report, asked, question=name)
