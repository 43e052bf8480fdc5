"""A hook of MkDocs: pages of what is not in docs as Markdown: the notebooks, the changelog, how to contribute."""

import base64
import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
ROOT_PAGES = {"changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md"}
"""Pages, and the files in the root of the repository that they are."""

BRANCH = "main"
"""Whose notebooks Colab opens."""


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """The files of the site, with these pages."""
    for page, source in ROOT_PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text.replace("](docs/", "](")))
    for file in list(files):
        if file.src_uri.endswith(".ipynb"):
            for name, content in _pages(PurePosixPath(file.src_uri), json.loads(file.content_string), config.repo_url):
                files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """A page whose links to notebooks, which GitHub shows by itself, lead to their pages."""
    return re.sub(r"(\]\([^)\s:]+)\.ipynb\)", r"\1.md)", markdown)


def _pages(path: PurePosixPath, notebook: dict[str, Any], repository: str | None) -> list[tuple[str, str | bytes]]:
    """The page of a notebook and its pictures, by their names in docs."""
    title, *cells = notebook["cells"]
    heading, _, introduction = "".join(title["source"]).partition("\n")
    pictures: list[tuple[str, str | bytes]] = []
    parts = [heading, _links(path, repository), introduction]
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        for output in cell["outputs"]:
            if output["output_type"] == "stream":
                parts.append(f"```text\n{''.join(output['text'])}```")
            else:
                name = f"{path.stem}_{len(pictures) + 1}.png"
                pictures.append((f"{path.parent}/{name}", base64.b64decode(output["data"]["image/png"])))
                parts.append(f"![What the cell above draws]({name})")
    return [(f"{path.with_suffix('.md')}", "\n\n".join(parts)), *pictures]


def _links(path: PurePosixPath, repository: str | None) -> str:
    """Where the notebook is, and, as far as the repository has an address, how to open it in Colab."""
    link = f'<a href="{path.name}" download>Download the notebook</a>'
    if not repository:
        return link
    where = repository.rstrip("/").removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{where}/blob/{BRANCH}/docs/{path}"
    install = f'%pip install "sgntk[plot] @ git+{repository.rstrip("/")}"'
    return f"{link} · [Open in Colab]({colab}), and there run `{install}` first"
