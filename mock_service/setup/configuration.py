"""A service configuration in a setup file: the contract's fields, any of them left out."""

from typing import Any

from mock_service.errors import ApiError
from mock_service.loop.configuration import Configuration
from mock_service.rest.configuration import configuration_response
from mock_service.rest.configuration_rules import merge_configuration
from mock_service.rest.configuration_schemas import ConfigurationV2022
from mock_service.rest.versions import Version
from mock_service.vowpal.policy_arguments import is_multi_slot

_FIELDS = {str(field.alias): field for field in ConfigurationV2022.model_fields.values()}


def parse_configuration(given: dict[str, Any], policy: str) -> Configuration:
    """Return the configuration of a new loop with those arguments as its policy.

    Raises:
        ApiError: a rule of the contract is broken; its target is the field.
        ValidationError: a field is not what the contract says it is.
    """
    unknown = next((name for name in given if name not in _FIELDS), None)
    if unknown is not None:
        raise ApiError(
            "InvalidServiceConfiguration", f"expected one of {', '.join(_FIELDS)}", target=unknown
        )
    usual = configuration_response(Configuration(), Version.V2022_09_01_PREVIEW)
    required = {name: usual[name] for name, field in _FIELDS.items() if field.is_required()}
    multi_slot = is_multi_slot(policy)
    if multi_slot:
        required["isAutoOptimizationEnabled"] = False
    whole = required | given
    # A loop that runs may not change its mode and its rewards at once; one that begins may.
    online = ConfigurationV2022.model_validate(whole | {"learningMode": None})
    wanted = ConfigurationV2022.model_validate(whole)
    begun = merge_configuration(Configuration(), online, multi_slot=multi_slot)
    return merge_configuration(begun, wanted, multi_slot=multi_slot)
