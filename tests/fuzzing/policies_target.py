"""Policy texts: every option in every spelling, with every kind of value."""

import json
from types import TracebackType
from typing import Self

from numpy.random import Generator

from mock_service.vowpal.policy_options import POLICY_OPTIONS
from tests.fuzzing.server import AttackedServer
from tests.serving import ARTICLES

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
_RESTART_EVERY = 300


class PoliciesTarget:
    """A server whose policy is changed; after each that is taken it ranks and learns."""

    def __init__(self) -> None:
        self._server = AttackedServer()
        self._count = 0

    def __enter__(self) -> Self:
        """Start the server."""
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server."""
        self._server.__exit__(kind, error, trace)

    def attempt(self, rng: Generator) -> str:
        """Put one policy."""
        if self._server.is_dead:
            self._server.kill_and_start("a finding")
        text = _policy(rng)
        body = json.dumps({"name": "p", "arguments": text}).encode()
        reply = self._server.ask("PUT", f"{_BASE}/configurations/policy", body)
        self._count += 1
        if reply.is_success:
            self._use()
        if self._count % _RESTART_EVERY == 0:
            self._server.kill_and_start(text)
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
