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
:math:`s(z) = (2 k / \\sqrt{π}) \\, \\exp(-k^2 z^2)`, k = {{ surrogate.k }}, the derivative of
:math:`\\mathrm{erf}(k z)`
{%- else %}{{ experiment.surrogate }}, which the configuration describes
{%- endif %}
""",
    # Of Figures 1 and 2, which set `kernel`.
    "kernels": """\
*Lines.* A thin solid line is the empirical {{ kernel }} of one network, in the colour of its width. There are
{{ experiment.networks }} networks for each m and n, trained on training set {{ experiment.training_set }}. The dashed
black line is the analytic {{ kernel }} of infinitely wide networks; it does not change in training, nor with n.
""",
    # Of Figures B.3 and B.4, which set the kernel's `symbol`, the `figure` that shows it, and the `learning`.
    "convergence": """\
*Panels.* The steepness m of the activation :math:`\\mathrm{erf}(m z)`, {% include "steepness" %}.

*Axes*, both logarithmic. Horizontal: the width n of the hidden layers
({{ experiment.widths | map(attribute="width") | join(", ") }}). Vertical: the mean squared error, over
{{ study.data.grid_points }} grid points, between the empirical and the analytic kernel {{ symbol }} of {{ figure }};
a plain number.

*Lines.* A thin line follows the networks of one index, of which there are {{ experiment.networks }}, from width to
width. A thick line is their mean, as in the paper; the claims take the geometric mean, that of a typical network,
since single errors differ by orders of magnitude. Colour and marker give the step of {{ learning }}, where 0 is
initialization. Dotted: an error that falls like 1/n from that at the smallest width, at initialization.
""",
    # Of Figures 3 and B.2.
    "ensembles": """\
{% set widths = experiment.widths | map(attribute="width") | list %}
Networks with the activation sign and output scale κ = {{ experiment.output_scale }} after
{{ "{:,}".format(experiment.steps | last) }} steps of surrogate gradient learning on training set
{{ experiment.training_set }}; {{ experiment.networks }} networks for each width n. The surrogate derivative is
{% include "surrogate" %}.

*Axes.* Horizontal: the angle α in radians of the input :math:`x(α) = (\\sin α, \\cos α)`. Vertical: the output f, a
plain number; in panel a the axis ends 3.5 predicted standard deviations beyond the predicted mean, and single outputs
outside are cut off.

*Panel a*, width n = {{ widths | max }}. Thin grey lines: the output of each network. Line with markers: their mean.
Dash-dotted orange-red line with a shaded band: the mean of the SG-NTK prediction, plus and minus 2 standard
deviations, for infinitely wide networks trained to convergence. Dashed blue line: the mean of regression with the
NNGP kernel of sign. Black points: the training set.

*Panel b*. A line with its own colour and marker for each width n ({{ widths | join(", ") }}): the mean over its
{{ experiment.networks }} networks.

*Panel c*. The same minus the SG-NTK mean, with a band of 2 standard errors to either side.
""",
}
"""What a caption can include, by name."""
