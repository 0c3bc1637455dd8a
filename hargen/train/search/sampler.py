"""What is tried next: Optuna's tree of Parzen estimators, seeded by the number of the trial.

A sampler with one seed for all would make every worker begin with the same networks; one without
a seed would give another search each time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import optuna

STARTUP_TRIALS = 10


class NumberedSampler(optuna.samplers.BaseSampler):  # type: ignore[misc]
    """TPE whose choices follow from the seed, the number of the trial and the trials before it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sampler = self._make(0)

    def before_trial(self, study: Any, trial: Any) -> None:
        """Seed for this trial."""
        self._sampler = self._make(trial.number)
        self._sampler.before_trial(study, trial)

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:
        """Return the parameters that are chosen together."""
        found: dict[str, Any] = self._sampler.infer_relative_search_space(study, trial)
        return found

    def sample_relative(self, study: Any, trial: Any, search_space: Any) -> dict[str, Any]:
        """Choose them."""
        found: dict[str, Any] = self._sampler.sample_relative(study, trial, search_space)
        return found

    def sample_independent(
        self, study: Any, trial: Any, param_name: str, param_distribution: Any
    ) -> Any:
        """Choose a parameter that only some networks have."""
        return self._sampler.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: Any, trial: Any, state: Any, values: Any) -> None:
        """Tell TPE that the trial is over."""
        self._sampler.after_trial(study, trial, state, values)

    def _make(self, number: int) -> Any:
        seed = int(np.random.SeedSequence([self._seed, number]).generate_state(1)[0])
        return optuna.samplers.TPESampler(
            seed=seed,
            n_startup_trials=STARTUP_TRIALS,
            multivariate=True,
        )
