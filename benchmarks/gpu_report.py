"""What `gpu.py` measured so far, as tables and as a page to read; all written anew whenever something is added."""

import math

import pandas as pd
from costs import METHODS, PASSES

INTRODUCTION = """\
*Measured* on one {device} with JAX {jax}, by `benchmarks/gpu.py{option}`: a copy moves {bandwidth:.0f} GB/s, a large
product runs at {float32:.1f} TFLOP/s in float32 and at {tensorfloat32:.1f} in TensorFloat-32, and a small one costs
{small_operation:.1f} us in a compiled loop.

Experiment `{experiment}`, Figure 3: {networks} networks of each width, {steps:,} steps. `wall` is without compiling,
for which `compile` is the time; starting Python is in neither. Where `in full` is no, `wall` is worked out from the
steps that were trained. `bandwidth` is the part of the copy's rate that a step needs if it moves each network's n x n
weights {passes} between memory and processor, and nothing else; weights that stay
in the cache need less."""

SECTIONS = {
    "agreement_published": "Against the published run on a CPU (`docs/results`): the squared distance of the "
    "ensemble's mean from the prediction, and the networks' variance by the predicted one.",
    "agreement_outputs": "Against the outputs of a run on a CPU, point by point of the grid.",
    "profile": "What bounds a step, from a trace (`profile/`). `idle` is the part of the time when no kernel runs, "
    "`bandwidth` and `products` are parts of the rates above while kernels do.",
    "profile_kernels": "The longest kernels.",
    "kernels": "SG-NTK of random points in 10 dimensions, float64.",
}
LONGEST = 6  # kernels of each profile that the page shows
LONGEST_NAME = 70  # of a kernel, in characters; the others are templates that fill a screen


class Report:
    """Tables by name, each a list of rows, and notes."""

    def __init__(self, folder, experiment, small):
        self.folder, self.experiment, self.small = folder, experiment, small
        self.rates, self.training, self.notes = {}, {}, []
        self._rows = {name: [] for name in SECTIONS}

    def add(self, name, rows):
        """Adds rows, which are mappings, to a table."""
        self._rows[name] += rows
        self.write()

    def write(self):
        """The page as `performance.md`, and each table that has rows."""
        for name, rows in {"training": [*self.training.values()], **self._rows}.items():
            if rows:
                _replace(self.folder / f"{name}.csv", pd.DataFrame(rows).to_csv(index=False))
        _replace(self.folder / "performance.md", "\n\n".join(self._parts()) + "\n")

    def _parts(self):
        yield INTRODUCTION.format(
            device=self.rates["device"],
            jax=self.rates["jax"],
            option=" --small" * self.small,
            bandwidth=self.rates["bandwidth"] / 1e9,
            float32=self.rates["float32"] / 1e12,
            tensorfloat32=self.rates["tensorfloat32"] / 1e12,
            small_operation=self.rates["small operation"] * 1e6,
            experiment=self.experiment.name,
            networks=self.experiment.networks,
            steps=self.experiment.steps[-1],
            passes=", ".join(f"{PASSES[method]:g} times ({method})" for method in METHODS),
        )
        if self.training:
            yield markdown([*self.training.values()])
            yield from self._sums()
        for name, title in SECTIONS.items():
            rows = self._rows[name]
            if name == "profile_kernels":
                rows = [row for row in rows if row["rank"] <= LONGEST]
            if rows:
                yield f"{title}\n\n{markdown(rows)}"
        if self.notes:
            yield "\n".join(f"- {note}" for note in self.notes)

    def _sums(self):
        for method in METHODS:
            rows = [row for case, row in self.training.items() if case.method == method and case.products == "float32"]
            if len(rows) == len(self.experiment.widths) and all(row["in full"] == "yes" for row in rows):
                wall, compiling = (sum(row[column] for row in rows) for column in ("wall, s", "compile, s"))
                yield f"All of Figure 3 by `{method}`: {wall:.1f} s, and {compiling:.1f} s of compiling."


def markdown(rows):
    """A table of rows, which are mappings; what a row lacks is left empty."""
    columns = [*dict.fromkeys(column for row in rows for column in row)]
    lines = [columns, ["---"] * len(columns), *([_shown(row.get(column)) for column in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_NAME else f"{value[:LONGEST_NAME]}..."
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _replace(path, text):
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_text(text)
    temporary.replace(path)
