"""The report's page in headless Chromium, on a phone and on a desk, light and dark."""

import importlib.resources
import shutil

import pytest
import report_example

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
pytestmark = pytest.mark.browser

BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
DRIVER = shutil.which("chromedriver")
PHONE, DESK = (390, 844), (1440, 900)


@pytest.fixture(scope="module")
def browser():
    if BROWSER is None or DRIVER is None:
        pytest.skip("no chromium with chromedriver: on Debian, apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    # Without its sandbox, which root has no right to; the page is our own.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    path = folder / "report.html"
    path.write_text(report_example.render(folder))
    return path.as_uri()


SCREENS = [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")]


@pytest.fixture(params=SCREENS, ids=str)
def opened(request, browser, address):
    """The page with everything unfolded."""
    (width, height), scheme = request.param
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width == PHONE[0]}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    scheme = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    browser.get_log("browser")
    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach(details => details.open = true)")
    return browser


def test_it_renders_without_a_word_in_the_console(opened):
    assert opened.find_element("tag name", "h1").text.startswith("Run “paper”")
    assert opened.get_log("browser") == []


def test_every_image_has_loaded(opened):
    widths = opened.execute_script("return [...document.images].map(image => image.naturalWidth)")
    assert len(widths) == 12
    assert min(widths) > 0


def test_nothing_is_wider_than_the_screen(opened):
    wide = opened.execute_script(
        "const screen = document.documentElement.clientWidth;"
        "return [document.documentElement.scrollWidth - screen,"
        " ...[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, pre, .skip, thead')"
        " && e.getBoundingClientRect().right > screen + 1).map(e => e.outerHTML.slice(0, 80))]"
    )
    assert wide[0] <= 0
    assert wide[1:] == []


def test_verdicts_are_on_the_first_screen(opened):
    bottom = opened.execute_script("return document.querySelector('.verdict').getBoundingClientRect().bottom")
    assert 0 < bottom < opened.execute_script("return window.innerHeight")


def test_what_scrolls_can_be_reached_by_keyboard(opened):
    stuck = opened.execute_script(
        "return [...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0"
        " && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(e => e.outerHTML.slice(0, 80))"
    )
    assert stuck == []


def test_light_and_dark_differ(browser, address):
    colours = []
    for scheme in ("light", "dark"):
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        browser.get(address)
        colours.append(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert colours == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


@pytest.mark.parametrize("opened", [SCREENS[1], SCREENS[2]], indirect=True, ids=str)
def test_accessibility(opened):
    """The rules of WCAG 2.2, levels A and AA, and of good practice, contrast among them, as axe-core checks them."""
    axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
    opened.execute_script(axe)
    found = opened.execute_async_script("const done = arguments[0]; axe.run().then(done, error => done(String(error)))")
    assert len(found["passes"]) > 20
    assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found["violations"]] == []
