"""The layout of pages for people at desks."""

from tests.conventions.code import ROOT
from utilities.model.principals import NOBODY, Person
from utilities.rendering.charts.colours import recolour_rules
from utilities.rendering.templating import template_environment

ANNA = Person("https://issuer.example", "1", "anna<b>@example.com", "Anna")


def render_page(principal: object, *, signs_in: bool) -> str:
    templates = template_environment(ROOT / "templates")
    templates.globals["static_url"] = lambda name: f"/static/{name}"
    return templates.get_template("error.html").render(
        principal=principal,
        signs_in=signs_in,
        title="Not for you",
        sentence="You may not.",
        status=403,
        request_id="0123456789abcdef",
        sign_in_url="/login-page",
    )


def test_person_sees_the_navigation_their_address_and_sign_out():
    page = render_page(ANNA, signs_in=True)
    assert 'href="/reports"' in page
    assert '<form class="leave" method="post" action="/sign-out">' in page
    assert "anna&lt;b&gt;@example.com" in page


def test_nobody_sees_no_navigation():
    page = render_page(NOBODY, signs_in=True)
    assert "<nav" not in page
    assert "sign-out" not in page


def test_there_is_no_sign_out_without_sign_in():
    assert "sign-out" not in render_page(ANNA, signs_in=False)


async def test_current_entry_of_the_navigation_is_marked_for_screen_readers(server, fetch):
    page = (await fetch(f"{server.address}/reports")).body.decode()
    assert '<a href="/reports" aria-current="page">' in page
    assert '<a class="skip" href="#content">' in page


def test_drawings_have_the_colours_of_the_light_theme():
    sheet = (ROOT / "static" / "charts.css").read_text()
    assert recolour_rules(".drawing") in sheet, "write what charts.colours.css('.drawing') says into static/charts.css"
