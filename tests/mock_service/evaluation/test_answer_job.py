"""What a log answers to a question of the service's own kind."""

from datetime import UTC, datetime
from importlib.machinery import ModuleSpec

import pytest

from mock_service.evaluation import answer_job, pipeline
from mock_service.evaluation.job import EvaluationRequest, JobKind
from mock_service.settings import LoopSettings
from mock_service.vowpal.presets import PRESETS
from tests.helpers.logged_runs import logged_run

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def test_without_optuna_the_best_preset_is_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the answer says how to have a search."""

    def nowhere(_: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(pipeline, "find_spec", nowhere)
    azure = PRESETS["azure"].arguments
    inquiry = EvaluationRequest(
        JobKind.EVALUATION, "ev", "?", BEGIN, END, BEGIN, azure, 0.2, optimize=True
    )

    found = answer_job.answer(
        inquiry, logged_run("news", 6000, seed=1, settings=LoopSettings(policy="azure")).events
    )

    best = found.course("Hyper1")
    assert found.optimal == "Hyper1"
    assert best is not None
    assert best.arguments in {preset.arguments for preset in PRESETS.values()} - {azure}
    assert "pip install 'personalizer-lab[search]'" in found.description
