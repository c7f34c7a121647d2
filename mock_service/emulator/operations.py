"""Which operation of the contract a request asks for, named in snake case."""

import re
from typing import NamedTuple

ANY = "any"
"""Stands for every operation where one is named."""

_BASE = re.compile(r"(?:/loops/[^/]+)?/personalizer(?:/v[^/]+)?(?=/)")


class _Operation(NamedTuple):
    name: str
    method: str
    path: str


_TABLE = (
    _Operation("rank", "POST", "/rank"),
    _Operation("reward", "POST", "/events/.+/reward"),
    _Operation("activate", "POST", "/events/.+/activate"),
    _Operation("multislot_rank", "POST", "/multislot/rank"),
    _Operation("multislot_reward", "POST", "/multislot/events/.+/reward"),
    _Operation("multislot_activate", "POST", "/multislot/events/.+/activate"),
    _Operation("service_configuration_get", "GET", "/configurations/service"),
    _Operation("service_configuration_update", "PUT", "/configurations/service"),
    _Operation(
        "service_configuration_apply_from_evaluation",
        "POST",
        "/configurations/applyFromEvaluation",
    ),
    _Operation("policy_get", "GET", "/configurations/policy"),
    _Operation("policy_update", "PUT", "/configurations/policy"),
    _Operation("policy_reset", "DELETE", "/configurations/policy"),
    _Operation("evaluations_list", "GET", "/evaluations"),
    _Operation("evaluations_create", "POST", "/evaluations"),
    _Operation("evaluations_create", "PUT", "/evaluations/.+"),
    _Operation("evaluations_get", "GET", "/evaluations/.+"),
    _Operation("evaluations_delete", "DELETE", "/evaluations/.+"),
    _Operation("feature_importances_list", "GET", "/featureImportances"),
    _Operation("feature_importances_create", "PUT", "/featureImportances/.+"),
    _Operation("feature_importances_get", "GET", "/featureImportances/.+"),
    _Operation("feature_importances_delete", "DELETE", "/featureImportances/.+"),
    _Operation("model_get", "GET", "/model"),
    _Operation("model_import", "PUT", "/model"),
    _Operation("model_reset", "DELETE", "/model"),
    _Operation("model_get_properties", "GET", "/model/properties"),
    _Operation("log_delete", "DELETE", "/logs"),
    _Operation("log_get_properties", "GET", "/logs/properties"),
    _Operation("log_interactions", "POST", "/logs/interactions"),
    _Operation("log_observations", "POST", "/logs/observations"),
)

OPERATIONS = tuple(dict.fromkeys(operation.name for operation in _TABLE))
"""Every operation of the contract table, once."""

_PATTERNS = tuple(
    (operation.name, operation.method, re.compile(operation.path, re.DOTALL))
    for operation in _TABLE
)


def find_operation(method: str, path: str) -> str | None:
    """Return the operation's name, or None for a path outside the contract."""
    base = _BASE.match("/" + path.lstrip("/"))
    if base is None:
        return None
    rest = ("/" + path.lstrip("/"))[base.end() :]
    return next(
        (
            name
            for name, wanted, pattern in _PATTERNS
            if wanted == method and pattern.fullmatch(rest)
        ),
        None,
    )
