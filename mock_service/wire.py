"""Names and numbers of the contract that more than one package needs."""

KEY_HEADER = "Ocp-Apim-Subscription-Key"
"""The header that carries the key of a loop."""

MAX_ACTIONS = 50
"""The most actions that one rank may offer."""
