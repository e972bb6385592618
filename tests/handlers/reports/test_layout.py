"""The layout of pages for people at desks."""

from tests.conventions.code import ROOT
from utilities.model.principals import NOBODY, Person
from utilities.rendering.charts.colours import recolour_rules
from utilities.rendering.templating import template_environment

ANNA = Person("https://issuer.example", "1", "anna<b>@example.com", "Anna")


def page(principal: object, *, signs_in: bool) -> str:
    templates = template_environment(ROOT / "templates")
    templates.globals["static_url"] = lambda name: f"/static/{name}"
    return templates.get_template("error.html").render(
        principal=principal, signs_in=signs_in, title="Not for you", sentence="You may not.", status=403
    )


def test_person_sees_where_to_go_who_they_are_and_the_way_out():
    shown = page(ANNA, signs_in=True)
    assert 'href="/reports"' in shown
    assert '<form class="leave" method="post" action="/sign-out">' in shown
    assert "anna&lt;b&gt;@example.com" in shown


def test_nobody_is_shown_no_way_further_in():
    shown = page(NOBODY, signs_in=True)
    assert "<nav" not in shown
    assert "sign-out" not in shown


def test_there_is_no_way_out_where_nobody_signs_in():
    assert "sign-out" not in page(ANNA, signs_in=False)


async def test_entry_of_the_page_is_marked_for_those_who_do_not_see_it(desk, fetch):
    shown = (await fetch(f"{desk.address}/reports")).body.decode()
    assert '<a href="/reports" aria-current="page">' in shown
    assert '<a class="skip" href="#content">' in shown


def test_drawings_have_the_colours_of_the_light_theme():
    sheet = (ROOT / "static" / "charts.css").read_text()
    assert recolour_rules(".drawing") in sheet, "write what charts.colours.css('.drawing') says into static/charts.css"
