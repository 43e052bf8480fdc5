"""The built documentation in headless Chromium: on a phone, on a desk and on paper, light and dark."""

import os
import subprocess
from pathlib import Path

import browsing
import pytest

ROOT = Path(__file__).resolve().parents[2]
MKDOCS = ROOT / ".venv-docs/bin/mkdocs"
pytestmark = [pytest.mark.browser, pytest.mark.slow]  # it builds the site, and opens every page

CHECKED = ["index", "theory", "notation", "gallery", "results/paper/claims", "notebooks/will_it_learn", "api/kernels"]
"""Pages of each kind, for what takes seconds a page."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if not MKDOCS.exists():
        pytest.skip("no environment for the documentation: make docs")
    folder = tmp_path_factory.mktemp("site")
    command = [MKDOCS, "build", "--strict", "--quiet", "--site-dir", folder]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, check=True)
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return sorted(str(path.relative_to(site)) for path in site.rglob("*.html") if path.name != "404.html")


@pytest.fixture(scope="module")
def browser():
    driver = browsing.start()
    # The theme keeps what it showed last, which would hide what the system asks for.
    command = {"source": "localStorage.clear()"}
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", command)
    yield driver
    driver.quit()


def opened(browser, site, page, size, scheme="light", media=""):
    browsing.emulate(browser, size, scheme, media)
    browsing.open_page(browser, (site / page).as_uri())
    return browser


def each(pages, look):
    """What is found page by page, where there is something."""
    found = {page: look(page) for page in pages}
    return {page: what for page, what in found.items() if what}


@pytest.mark.parametrize(("size", "scheme"), [(browsing.PHONE, "dark"), (browsing.DESK, "light")], ids=str)
def test_every_page_fits_loads_its_pictures_and_says_nothing(browser, site, pages, size, scheme):
    def look(page):
        opened(browser, site, page, size, scheme)
        return browsing.broken_images(browser) + browsing.too_wide(browser, SCROLLING) + browsing.said(browser)

    assert len(pages) > 30
    assert each(pages, look) == {}


def test_every_page_fits_on_paper(browser, site, pages):
    def look(page):
        opened(browser, site, page, browsing.PAPER, media="print")
        return browsing.too_wide(browser, SCROLLING)

    assert each(pages, look) == {}


SCROLLING = "pre, .formula, .md-typeset__scrollwrap, .md-sidebar, .md-search, .md-header, .md-skip"
"""What scrolls by itself, or is drawn beside the page until it is called."""


@pytest.mark.parametrize(("size", "scheme"), [(browsing.PHONE, "dark"), (browsing.DESK, "light")], ids=str)
@pytest.mark.parametrize("page", CHECKED)
def test_accessibility(browser, site, page, size, scheme):
    opened(browser, site, f"{page}.html", size, scheme)
    assert browsing.violations(browser) == []


def test_notebooks_open_in_colab_where_the_repository_has_an_address():
    code = (
        "import docs_pages, pathlib; path = pathlib.PurePosixPath('notebooks/first_kernel.ipynb');"
        "print(docs_pages._links(path, None)); print(docs_pages._links(path, 'https://github.com/somebody/sgntk/'))"
    )
    python = MKDOCS.with_name("python")
    if not python.exists():
        pytest.skip("no environment for the documentation: make docs")
    done = subprocess.run([python, "-c", code], cwd=ROOT / "tools", capture_output=True, text=True, check=True)
    without, with_address = done.stdout.splitlines()
    assert "colab" not in without
    colab = "https://colab.research.google.com/github/somebody/sgntk/blob/main/docs/notebooks/first_kernel.ipynb"
    assert f"[Open in Colab]({colab})" in with_address
    assert "git+https://github.com/somebody/sgntk`" in with_address.replace('"', "")


def test_formulas_are_drawn_without_a_network(browser, site):
    opened(browser, site, "theory.html", browsing.DESK)
    heights = browser.execute_script(
        "return [...document.querySelectorAll('math')].map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) > 30
    assert min(heights) > 5
    addresses = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in addresses if not address.startswith(("file:", "data:"))] == []


def test_light_and_dark_differ(browser, site):
    colours = set()
    for scheme in ("light", "dark"):
        opened(browser, site, "index.html", browsing.DESK, scheme)
        colours.add(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2
