"""Pages in headless Chromium: how they are opened, and what every page of ours keeps to."""

import importlib.resources
import shutil

import pytest

BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
DRIVER = shutil.which("chromedriver")
PHONE, DESK, PAPER = (390, 844), (1440, 900), (794, 1123)  # the last is A4, in CSS pixels
SCREENS = [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")]


def start():
    """A browser, which the caller ends; skips the test where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    if BROWSER is None or DRIVER is None:
        pytest.skip("no chromium with chromedriver: on Debian, apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    # Without its sandbox, which root has no right to; the page is our own.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    browser.set_script_timeout(180)  # seconds: axe-core looks at every cell of every table, however busy the machine is
    return browser


def emulate(browser, size, scheme="light", media=""):
    """A screen of this size in light or dark, or paper with `media="print"`."""
    width, height = size
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


def open_page(browser, address):
    """Opens a page with everything unfolded and all its pictures loaded."""
    browser.get_log("browser")
    browser.get(address)
    browser.execute_script(
        "document.querySelectorAll('details').forEach(details => details.open = true);"
        "document.querySelectorAll('img').forEach(image => image.loading = 'eager')"
    )


def said(browser):
    """What the page wrote to the console."""
    return [entry["message"] for entry in browser.get_log("browser")]


def broken_images(browser):
    """Addresses of the images that did not load."""
    return browser.execute_async_script(
        "const done = arguments[0];"
        "Promise.all([...document.images].map(image => image.decode().then(() => null, () => image.src)))"
        ".then(found => done(found.filter(Boolean)))"
    )


def too_wide(browser, but="pre"):
    """What reaches beyond the right of the screen, apart from what is inside of `but`."""
    return browser.execute_script(
        "const screen = document.documentElement.clientWidth;"
        "const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest(arguments[0])"
        " && e.getBoundingClientRect().width > 0"
        " && e.getBoundingClientRect().right > screen + 1).map(e => e.outerHTML.slice(0, 80));"
        "return document.documentElement.scrollWidth > screen ? ['the page itself', ...wide] : wide",
        but,
    )


def out_of_reach(browser):
    """What scrolls to the side, and cannot be reached by keyboard."""
    return browser.execute_script(
        "return [...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0"
        " && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(e => e.outerHTML.slice(0, 80))"
    )


def violations(browser, *but):
    """Rules of WCAG 2.2, levels A and AA, and of good practice that the page breaks, as axe-core checks them."""
    axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
    browser.execute_script(axe)
    found = browser.execute_async_script(
        "const done = arguments[1];"
        "const rules = Object.fromEntries(arguments[0].map(rule => [rule, {enabled: false}]));"
        "axe.run({rules, preload: false}).then(done, error => done(String(error)))",
        but,
    )
    assert len(found["passes"]) > 20
    return [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found["violations"]]
