"""The report's page in headless Chromium, on a phone and on a desk, light and dark."""

import browsing
import pytest
import report_example

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    driver = browsing.start()
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    path = folder / "report.html"
    path.write_text(report_example.render(folder))
    return path.as_uri()


@pytest.fixture(params=browsing.SCREENS, ids=str)
def opened(request, browser, address):
    """The page with everything unfolded."""
    browsing.emulate(browser, *request.param)
    browsing.open_page(browser, address)
    return browser


def test_it_renders_without_a_word_in_the_console(opened):
    assert opened.find_element("tag name", "h1").text.startswith("Run “paper”")
    assert browsing.said(opened) == []


def test_every_image_has_loaded(opened):
    widths = opened.execute_script("return [...document.images].map(image => image.naturalWidth)")
    assert len(widths) == 15
    assert min(widths) > 0


def test_nothing_is_wider_than_the_screen(opened):
    assert browsing.too_wide(opened, ".scroll, pre, .skip, thead") == []


def test_verdicts_are_on_the_first_screen(opened):
    bottom = opened.execute_script("return document.querySelector('.verdict').getBoundingClientRect().bottom")
    assert 0 < bottom < opened.execute_script("return window.innerHeight")


def test_what_scrolls_can_be_reached_by_keyboard(opened):
    assert browsing.out_of_reach(opened) == []


def test_light_and_dark_differ(browser, address):
    colours = []
    for scheme in ("light", "dark"):
        browsing.emulate(browser, browsing.DESK, scheme)
        browser.get(address)
        colours.append(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert colours == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


@pytest.mark.parametrize("opened", browsing.SCREENS[1:3], indirect=True, ids=str)
def test_accessibility(opened):
    assert browsing.violations(opened) == []
