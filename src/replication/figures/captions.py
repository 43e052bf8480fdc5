"""Words that captions have in common: templates, as the captions are."""

WORDS = {
    # The steepness m of each activation; the name of one that has none.
    "steepness": """\
{% for name in experiment.activations %}
{{ study.activations[name].m | default(name) }}{{ ", " if not loop.last }}{% endfor %}
""",
    "surrogate": """\
{% set surrogate = study.surrogates[experiment.surrogate] if experiment.surrogate else none %}
{% if surrogate is none %}the derivative of the activation
{%- elif surrogate.name == "erf_derivative" %}
s(z) = 2k/sqrt(pi) exp(-k^2 z^2), k = {{ surrogate.k }}, the derivative of erf(k z)
{%- else %}{{ experiment.surrogate }}, which the configuration describes
{%- endif %}
""",
    # Of Figures 1 and 2, which set `kernel`.
    "kernels": """\
*Lines.* A thin line is the empirical {{ kernel }} of one network; its colour gives the width n of the hidden layers
({{ experiment.widths | map(attribute="width") | join(", ") }}), from yellow-green for narrow to dark violet for wide.
There are {{ experiment.networks }} networks for each m and n, trained on training set {{ experiment.training_set }}.
The black line is the analytic {{ kernel }} of infinitely wide networks; it does not change in training, and so is the
same in both rows.
""",
    # Of Figures B.3 and B.4, which set the kernel's `symbol`, the `figure` that shows it, and the `learning`. The
    # colours are those of `style.STEP_COLOURS`.
    "convergence": """\
*Panels.* The steepness m of the activation, {% include "steepness" %}.

*Axes*, both logarithmic. Horizontal: the width n of the hidden layers
({{ experiment.widths | map(attribute="width") | join(", ") }}). Vertical: the mean squared error, over
{{ study.data.grid_points }} grid points, between the empirical and the analytic kernel {{ symbol }} of
{{ figure }}; a plain number.

*Lines.* A thin line follows the networks of one index, of which there are {{ experiment.networks }}, from width to
width. A thick line is their mean. The colour gives the step of {{ learning }}, where 0 is initialization:
{% for step in experiment.steps %}
{{ ["light blue", "orange", "pink"][loop.index0 % 3] }} for {{ "{:,}".format(step) }}{{ "," if not loop.last else "." }}
{% endfor %}
""",
    # Of Figures 3 and B.2.
    "ensembles": """\
{% set widths = experiment.widths | map(attribute="width") | list %}
Networks with the activation sign and output scale kappa = {{ experiment.output_scale }} after
{{ "{:,}".format(experiment.steps | last) }} steps of surrogate gradient learning on training set
{{ experiment.training_set }}; {{ experiment.networks }} networks for each width n. The surrogate derivative is
{% include "surrogate" %}.

*Axes.* Horizontal: the angle alpha in radians of the input x(alpha) = (sin alpha, cos alpha). Vertical: the output f, a
plain number; the axis ends 3.5 predicted standard deviations beyond the predicted mean, and single outputs outside are
cut off.

*Panel a*, width n = {{ widths | max }}. Thin translucent grey lines: the output of each network. Line in the colour of
this width in panel b: their mean. Orange-red line with a shaded band: the mean of the SG-NTK prediction, plus and minus
2 standard deviations, for infinitely wide networks trained to convergence. Dashed blue line: the mean of regression
with the NNGP kernel of sign. Black points: the training set.

*Panel b*. A line for each width n ({{ widths | join(", ") }}), from green for narrow to dark blue for wide: the mean
over its {{ experiment.networks }} networks. Orange-red line and black points: the SG-NTK mean and the training set, as
in panel a.
""",
}
"""What a caption can include, by name."""
