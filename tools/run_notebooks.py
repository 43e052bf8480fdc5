"""Runs the notebooks of docs/notebooks, and keeps in them what they print and draw: `python tools/run_notebooks.py`."""

import base64
import json
from contextlib import redirect_stdout
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

FOLDER = Path(__file__).parent.parent / "docs/notebooks"


def run(path: Path) -> dict[str, Any]:
    """A notebook with its outputs: the text that each cell prints, and the figures that it leaves open."""
    notebook: dict[str, Any] = json.loads(path.read_text())
    namespace: dict[str, Any] = {}
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, start=1):
        with redirect_stdout(StringIO()) as printed:
            exec(compile("".join(cell["source"]), f"{path.name}, cell {number}", "exec"), namespace)
        cell |= {"execution_count": number, "outputs": [*_text(printed.getvalue()), *_figures()]}
    return notebook


def _text(printed: str) -> list[dict[str, Any]]:
    return [{"name": "stdout", "output_type": "stream", "text": printed.splitlines(keepends=True)}] if printed else []


def _figures() -> list[dict[str, Any]]:
    """The open figures, which are closed."""
    outputs = []
    for number in plt.get_fignums():
        file = BytesIO()
        plt.figure(number).savefig(file, format="png", dpi=100, metadata={"Software": None})
        data = {"image/png": base64.b64encode(file.getvalue()).decode(), "text/plain": ["<Figure>"]}
        outputs.append({"data": data, "metadata": {}, "output_type": "display_data"})
    plt.close("all")
    return outputs


if __name__ == "__main__":
    mpl.use("Agg")
    for path in sorted(FOLDER.glob("*.ipynb")):
        path.write_text(json.dumps(run(path), indent=1, ensure_ascii=False) + "\n")
