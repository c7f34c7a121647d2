"""How a learning policy explores, and by which of its parameters that is steered."""

from dataclasses import dataclass, replace

from mock_service.vowpal.policy_arguments import parse_options


@dataclass(frozen=True, slots=True)
class Explorer:
    """A way to explore: the option that asks for it, and what steers it.

    With ``has_rate`` the loop's exploration rate does. ``keeps_chances`` says whether every action
    keeps a chance, which estimates from its log need.
    """

    option: str
    parameter: str
    has_rate: bool
    keeps_chances: bool


EPSILON = Explorer("--epsilon", "--epsilon", has_rate=True, keeps_chances=True)
_OTHERS = (
    Explorer("--squarecb", "--gamma_scale", has_rate=False, keeps_chances=True),
    Explorer("--softmax", "--lambda", has_rate=False, keeps_chances=True),
    Explorer("--regcb", "--mellowness", has_rate=False, keeps_chances=False),
    Explorer("--regcbopt", "--mellowness", has_rate=False, keeps_chances=False),
    Explorer("--cover", "the number after --cover", has_rate=False, keeps_chances=True),
    Explorer("--bag", "the number after --bag", has_rate=False, keeps_chances=False),
    Explorer("--rnd", "--rnd_alpha", has_rate=False, keeps_chances=True),
    Explorer("--first", "the number after --first", has_rate=False, keeps_chances=False),
)


def find_explorer(arguments: str) -> Explorer:
    """Return how a policy explores; one that asks for nothing else does so by its epsilon.

    Raises:
        LearningPolicyInvalid: the arguments are no list of known options.
    """
    names = {option.name for option in parse_options(arguments)}
    found = next((one for one in _OTHERS if one.option in names), EPSILON)
    if found.option == "--cover" and "--nounif" in names:
        return replace(found, keeps_chances=False)
    return found
