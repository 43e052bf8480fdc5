"""Words that captions have in common; templates, as the captions are."""

STEEPNESS = """{% for name in experiment.activations %}
{{ study.activations[name].m | default(name) }}{{ ", " if not loop.last }}{% endfor %}"""
"""The steepness m of each activation; the name of one that has none."""

SURROGATE = """{% set surrogate = study.surrogates[experiment.surrogate] if experiment.surrogate else none %}
{% if surrogate is none %}the derivative of the activation
{%- elif surrogate.name == "erf_derivative" %}
s(z) = 2k/sqrt(pi) exp(-k^2 z^2), k = {{ surrogate.k }}, the derivative of erf(k z)
{%- else %}{{ experiment.surrogate }}, which the configuration describes
{%- endif %}"""
"""The surrogate derivative of the experiment."""

STEPS = """{% for step in experiment.steps %}
{{ ["light blue", "orange", "pink"][loop.index0 % 3] }} for {{ "{:,}".format(step) }}{{ "," if not loop.last else "." }}
{% endfor %}"""
"""The colour of each step; `style.STEP_COLOURS` in words."""
