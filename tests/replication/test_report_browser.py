"""The report's page in headless Chromium: on a phone, on a desk and on paper, light and dark."""

import browsing
import numpy as np
import pytest
import report_example
from matplotlib import colors

from replication.figures import style

Keys = pytest.importorskip("selenium.webdriver.common.keys", reason="selenium is not installed").Keys
pytestmark = pytest.mark.browser
FIRST = [".found", "#verdicts", ".verdicts tbody tr:nth-child(2) td:last-child"]


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
    assert len(widths) == 14
    assert min(widths) > 0


def test_nothing_is_wider_than_the_screen(opened):
    """Only numbers behind figures scroll: every other table has all its columns on the screen."""
    assert browsing.too_wide(opened, "details .scroll, pre, .skip, thead") == []


def top_and_bottom(browser, selector):
    """Of the first such element, in the window."""
    return browser.execute_script(
        "const box = document.querySelector(arguments[0]).getBoundingClientRect(); return [box.top, box.bottom]",
        selector,
    )


@pytest.mark.parametrize(("size", "seen"), [(browsing.PHONE, [".found"]), (browsing.DESK, FIRST)], ids=str)
def test_the_first_screen(browser, address, size, seen):
    """What was found and Figure 3; on a desk with its first verdicts and their criteria."""
    browsing.emulate(browser, size)
    browser.get(address)
    for selector in [*seen, "#figure_3", ".picture svg"]:
        top, bottom = top_and_bottom(browser, selector)
        assert 0 <= top < bottom < size[1], selector


def test_rows_are_cards_on_a_phone(browser, address):
    browsing.emulate(browser, browsing.PHONE)
    browsing.open_page(browser, address)
    labels = browser.execute_script(
        "return [...document.querySelectorAll('.findings tr:nth-child(1) td')]"
        ".map(cell => getComputedStyle(cell, '::before').content.slice(1, -1))"
    )
    assert labels[:5] == ["Estimate", "Criterion", "Verdict", "Decides", "From"]
    lefts = "return [...document.querySelectorAll('.findings tbody tr > *')].map(e => e.getBoundingClientRect().left)"
    assert len({*browser.execute_script(lefts)}) == 1


def test_formulas_are_drawn(opened):
    heights = opened.execute_script(
        "return [...document.querySelectorAll('math')].map(formula => formula.getBoundingClientRect().height)"
    )
    assert len(heights) > 20
    assert min(heights) > 5


def test_a_figure_is_enlarged_and_comes_back(opened):
    picture, button = (
        opened.find_element("css selector", ".picture"),
        opened.find_element("css selector", ".picture button"),
    )
    before = picture.size
    button.click()
    window = opened.execute_script("return [innerWidth, innerHeight]")
    assert [picture.size["width"], picture.size["height"]] == pytest.approx(window, abs=20)  # scroll bars
    assert opened.switch_to.active_element == button
    assert button.text == "Close"
    button.send_keys(Keys.ESCAPE)
    assert picture.size == before
    assert button.text == "Enlarge Figure 3"


@pytest.fixture
def drawing(browser, address):
    """Figure 3, whose lines can be hidden and whose values can be read."""
    browsing.emulate(browser, browsing.DESK)
    browser.get(address)
    return browser.find_element("css selector", ".picture svg")


def visible(browser, colour):
    """How many lines and marks of a colour a drawing shows in its panels."""
    count = (
        "return [...document.querySelectorAll('.picture [id*=-panel_] path')].filter(e => !e.closest('defs')"
        " && e.style.stroke === arguments[0] && getComputedStyle(e).visibility === 'visible').length"
    )
    return browser.execute_script(count, colour)


def test_a_width_is_hidden_and_shown_again(browser, drawing):
    buttons = {button.text: button for button in browser.find_elements("css selector", ".leading .tools button")}
    assert {"mean, n = 20", "mean, n = 500", "NNGP regression", "training points"} <= {*buttons}
    narrow, colours = buttons["mean, n = 20"], {20: to_rgb(20), 500: to_rgb(500)}
    before = {width: visible(browser, colour) for width, colour in colours.items()}
    assert min(before.values()) > 0
    narrow.click()
    assert narrow.get_attribute("aria-pressed") == "false"
    assert {width: visible(browser, colour) for width, colour in colours.items()} == {20: 0, 500: before[500]}
    narrow.click()
    assert {width: visible(browser, colour) for width, colour in colours.items()} == before


def to_rgb(width):
    """The colour of a width, as a browser writes it."""
    red, green, blue = (round(255 * part) for part in colors.to_rgb(style.width_style(width)["color"]))
    return f"rgb({red}, {green}, {blue})"


def test_the_value_at_the_pointer_is_that_of_the_table(browser, drawing):
    """In panel b of the example the mean of n = 20 is 1 + sin(alpha), with points at 2 pi k / 100."""
    corner = (
        "const box = document.querySelector('.picture [id$=-panel_1] [id*=-patch_] path').getBoundingClientRect();"
        "return [box.left, box.top, box.width, box.height]"
    )
    browser.find_element("xpath", "//button[contains(., 'n = 500')]").click()  # which has the same mean
    left, top, width, height = browser.execute_script(corner)
    move = (
        "const [x, y] = arguments; document.elementFromPoint(x, y)"
        ".dispatchEvent(new PointerEvent('pointermove', {clientX: x, clientY: y, bubbles: true}))"
    )
    readings = set()
    for down in range(0, round(height), 4):  # down the panel at alpha = pi / 2, where that mean is 2
        browser.execute_script(move, left + 0.75 * width, top + down)
        readings.add(browser.find_element("css selector", ".value").text)
    means = [found for found in readings if found.startswith("mean, n = 20 ")]
    assert means
    for found in means:
        alpha, mean = map(float, found.removeprefix("mean, n = 20 (").rstrip(")").split(", "))
        assert alpha == pytest.approx(np.pi / 2, abs=0.3)  # the nearest point within some pixels
        assert mean == pytest.approx(1 + np.sin(alpha), abs=0.01)  # three digits are shown


def test_links_lead_to_what_is_shown(browser, address):
    """From a verdict to the claim in full, from there to its figure, and back."""
    browsing.emulate(browser, browsing.DESK)
    browser.get(address)
    for link, target in [
        (".verdicts a[href='#claim-sgl_diverges']", "#claim-sgl_diverges"),
        (".claim a[href='#figure_s1']", "#figure_s1"),
        ("article a[href='#claim-sgl_diverges']", "#claim-sgl_diverges"),
    ]:
        browser.find_element("css selector", link).click()
        top, bottom = top_and_bottom(browser, target)
        assert 0 <= top < bottom <= browsing.DESK[1]


@pytest.fixture
def printed(browser, address):
    """The page on paper, as the browser prepares it."""
    browsing.emulate(browser, browsing.PAPER, media="print")
    browser.get(address)
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    return browser


def test_nothing_is_cut_on_paper(printed):
    assert browsing.too_wide(printed, ".skip") == []
    cut = (
        "return [...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth + 1"
        " && getComputedStyle(e).overflowX !== 'visible').map(e => e.outerHTML.slice(0, 80))"
    )
    assert printed.execute_script(cut) == []


def test_no_heading_is_alone_at_the_end_of_a_page(printed):
    kept = (
        "return [...document.querySelectorAll('h1, h2, h3, summary, caption, thead')]"
        ".filter(e => getComputedStyle(e).breakAfter !== 'avoid').map(e => e.outerHTML.slice(0, 80))"
    )
    assert printed.execute_script(kept) == []


def test_what_is_folded_is_open_on_paper_and_folded_again(printed):
    folded = "return document.querySelectorAll('details:not([open])').length"
    assert printed.execute_script(folded) == 0
    printed.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert printed.execute_script(folded) == len(printed.find_elements("tag name", "details")) > 15


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
