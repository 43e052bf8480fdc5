"""Figure B.1: the target function with the training sets."""

from itertools import cycle

from replication.figures.figure import Drawing, Figure, Settings, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import EVERY, Table, shown

MARKERS = [("^", "#009E73"), ("o", "#000000"), ("s", "#F0E442"), ("D", "#999933")]

CAPTION = """\
**The target is a polynomial on the unit circle, and the training sets are few points of it, without noise.**

*Axes.* Horizontal: the angle α in radians of the input :math:`x(α) = (x_1, x_2) = (\\sin α, \\cos α)`. Vertical:
the target y, a plain number.

*Wine-red line.* The target, the sum of {% for c, i, j in study.data.target %}{{ c | number }}
:math:`x_1{{ i | power }} x_2{{ j | power }}`{{ ", " if not loop.last }}{% endfor %}, at {{ study.data.grid_points }}
grid points.

*Points.* The training sets, each with its own colour and marker (see the legend):

{% for name, set in study.angles.items() %}
- {{ name }}: {{ set.points }} points,
  {{ "drawn from the grid without replacement." if set.source == "grid"
  else "at angles drawn uniformly on the circle." }}
{% endfor %}

{% if "figure_1" in study.figures and "figure_3" in study.figures %}
Figures 1 and 2 use training set {{ study.experiments[study.figures.figure_1].training_set }},
Figures 3 and B.2 training set {{ study.experiments[study.figures.figure_3].training_set }}.
{% endif %}

*Look at* the gaps between the training points: there the predictions of Figures 3 and B.2 are tested.
"""


def needs(study: Study, experiment: str) -> Sources:
    """The grid and the training sets of angles, in the order of the configuration, with their names."""
    names = list(study.angles)
    sets = [made_by("training_set", training_set=name) for name in names]
    return Sources({"training_sets": names}, {"grid": made_by("grid"), "training_sets": sets})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A line, and a marker for each training set."""
    import matplotlib.pyplot as plt

    from replication.figures import style

    figure, ax = plt.subplots(figsize=(0.65 * style.TEXT_WIDTH, 2.2))
    grid, sets = tables["grid"], zip(settings["training_sets"], tables["training_sets"], strict=True)
    ax.plot(grid["alpha"], grid["target"], color=style.COLOURS["target"], label="target", zorder=1)
    for (name, table), (marker, colour) in zip(sets, cycle(MARKERS), strict=False):
        ax.plot(
            table["alpha"],
            table["y"],
            marker=marker,
            color=colour,
            markersize=5.5,
            markeredgecolor="white",
            linestyle="",
            label=f"training set {name}",
            clip_on=False,
        )
    style.angle_axis(ax)
    ax.set_ylabel("target y(x(α))")
    style.legend_above(figure, ax.get_legend_handles_labels()[0])
    return figure


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The training sets, and the target by angle."""
    grid, sets = tables["grid"], zip(settings["training_sets"], tables["training_sets"], strict=True)
    points = [shown(table.sort_values("alpha"), f"Training set {name}", "alpha", "y") for name, table in sets]
    every = grid[grid["point"] % EVERY == 0]
    return [*points, shown(every, f"Target at every {EVERY}th angle", "alpha", "target")]


FIGURE = Figure(__name__, CAPTION, needs, draw, numbers)
