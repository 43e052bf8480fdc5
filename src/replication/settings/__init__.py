"""The settings of a study: read from its configuration, checked, and described. Imports no JAX.

Each key is a field of a model, with its type, its bounds and what it means. What keys demand of each other stands in
`_checks`, and what no machine could run in `_costs`.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from replication.settings._base import ConfigurationError
from replication.settings._checks import check
from replication.settings._costs import check_costs
from replication.settings._files import check_file, read_again
from replication.settings._messages import describe
from replication.settings._study import Experiment, Request, Steepness, Study, WidthPlan

__all__ = [
    "ConfigurationError",
    "Experiment",
    "Request",
    "Steepness",
    "Study",
    "WidthPlan",
    "check_file",
    "read",
    "schema",
]


def read(config: Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> Study:
    """Checks a configuration and reads it.

    Args:
        config: the configuration, as from YAML.
        overrides: what of it was given on Snakemake's command line, where nested numbers arrive as text: text at these
            places is read again as YAML.

    Raises:
        ConfigurationError: at the first violation, in one line that names the key, its value and what is allowed.
    """
    try:
        study = Study.model_validate(read_again(config, overrides or {}))
    except ValidationError as error:
        raise ConfigurationError(describe(error, config)) from None
    check(study)
    check_costs(study)
    return study


def schema() -> dict[str, Any]:
    """The JSON schema of a configuration, for editors and for reading; what keys demand of each other is not in it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Study.model_json_schema()}
