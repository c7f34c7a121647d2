"""Policy texts: every option in every spelling, with every kind of value."""

import json

from numpy.random import Generator

from mock_service.vowpal.policy_options import POLICY_OPTIONS
from tests.fuzzing.server import ServerTarget
from tests.helpers.servers import ARTICLES

_BASE = "/personalizer/v1.1-preview.3"
_FOREIGN = (
    "-h", "--help", "--version", "-fVICTIM", "-f", "VICTIM", "-pVICTIM", "-dVICTIM", "-iVICTIM",
    "--invert_hash=VICTIM", "--readable_model", "--cache_file", "-c", "-k", "--passes", "3",
    "--daemon", "--port", "5000", "--audit", "-a", "--onethread", "--dictionary",
    "--input_feature_regularizer",
    "--oaa", "--cats", "--ngram", "--lda", "--nn", "--search", "--cb", "--config=VICTIM", "--", "-",
)  # fmt: skip
_VALUES = (
    "0", "1", "-1", "0.5", "+0.5", "1e9", "1e999", "-1e-9", "nan", "inf", "::", ":::", "Fj", "-f",
    "--", "=-h", "-h", "ab", "mtr", "ips", "dr", "sm", "all", "strings", "24", "25", "18", "a", ":",
    "VICTIM", "/dev/null", "x" * 40, "", "0x10", "1_0", "\uff11", "a,b",
    "%s", "$HOME", "'-h'", '"-h"', "\\-h",
)  # fmt: skip
_STARTS = (
    "--cb_explore_adf",
    "--ccb_explore_adf",
    "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q ::",
)


class PoliciesTarget(ServerTarget):
    """A server whose policy is changed; after each that is taken it ranks and learns."""

    def attempt(self, rng: Generator) -> str:
        """Put one policy."""
        self._begin_case()
        text = _policy(rng)
        body = json.dumps({"name": "p", "arguments": text}).encode()
        reply = self._server.ask("PUT", f"{_BASE}/configurations/policy", body)
        if reply.is_success:
            self._use()
        self._end_case(text)
        return str(reply.status_code)

    def _use(self) -> None:
        rank = json.dumps({"actions": ARTICLES, "eventId": f"e{self._count}"}).encode()
        self._server.ask("POST", f"{_BASE}/rank", rank)
        reward = f"{_BASE}/events/e{self._count}/reward"
        self._server.ask("POST", reward, b'{"value": 1}')


def _policy(rng: Generator) -> str:
    """Return a good beginning, and one to four options of our list or of others'."""
    words = [_STARTS[int(rng.integers(len(_STARTS)))]]
    options = list(POLICY_OPTIONS)
    for _ in range(int(rng.integers(1, 5))):
        option = options[int(rng.integers(len(options)))]
        value = _VALUES[int(rng.integers(len(_VALUES)))]
        kind = rng.integers(8)
        if kind == 0:
            words.append(_FOREIGN[int(rng.integers(len(_FOREIGN)))])
        elif kind == 1:
            words.append(f"{option}={value}")
        elif kind == 2:
            words.append(f"{option}{value}")
        elif kind == 3:
            words.append(option[: int(rng.integers(2, len(option) + 1))] + f" {value}")
        else:
            words.append(f"{option} {value}")
    return " ".join(words)
