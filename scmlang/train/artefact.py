"""A trained model, restored from its run folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.mechanisms.build import build_model
from scmlang.neural.edit import EditOptions
from scmlang.neural.inversion import INVERTED
from scmlang.neural.ncm import NeuralCausalModel
from scmlang.neural.plan import NeuralPlan
from scmlang.neural.samplers import SAMPLERS
from scmlang.semantics.errors import listing, suggestion
from scmlang.semantics.model import CausalModel
from scmlang.train.calibration import load_calibration
from scmlang.train.checkpoint import load_latest
from scmlang.train.recipe import Recipe
from scmlang.train.runs import Run
from scmlang.train.settings import neural_settings


@dataclass(frozen=True)
class Artefact:
    """What a query needs.

    Attributes:
        run: where it came from.
        causal_model: the checked model it was compiled from.
        plan: what was built.
        model: the neural causal model with its averaged weights, in evaluation mode, on the CPU.
        step: the optimiser steps it was trained for.
        warnings: about damaged checkpoints that were passed over, and a calibration of other weights.
        calibrated: guidance scales that were calibrated for these weights.
    """

    run: Run
    causal_model: CausalModel
    plan: NeuralPlan
    model: NeuralCausalModel
    step: int
    warnings: tuple[Diagnostic, ...] = ()
    calibrated: Mapping[str, float] = field(default_factory=dict)

    @property
    def recipe(self) -> Recipe:
        return self.run.record.recipe

    @property
    def guidance(self) -> dict[str, float]:
        """The scales that edits use: those that were calibrated, else the recipe's."""
        return {**self.recipe.diffusion.guidance, **self.calibrated}

    @property
    def has_sampler(self) -> bool:
        """Whether the generator draws in steps, which can then be chosen."""
        generator = self.model.generator
        return generator is None or self.recipe.diffusion.inversion in generator.inversions

    def edit_options(
        self, steps: int | None, sampler: str | None, guidance: Mapping[str, float], seed: int
    ) -> EditOptions:
        """How an edit is made: as the recipe says, where it is not asked for otherwise.

        Args:
            steps: of sampling.
            sampler: a name in :data:`scmlang.neural.samplers.SAMPLERS`; the edit inverts it.
            guidance: scale by variable.
            seed: of every random draw.

        Raises:
            ScmError: E217 when the generator has no such sampler or none at all.
        """
        recipe, generator = self.recipe.diffusion, self.model.generator
        fit_steps = self.recipe.code.fit_steps
        if generator is not None and not self.has_sampler:
            if steps is not None or sampler is not None:
                message = f"the generator `{self.model.generator_name}` draws in one pass, without a sampler"
                raise ScmError([Diagnostic("E217", message, helps=("leave out --steps and --sampler",))])
            return EditOptions(1, generator.inversions[0], guidance, seed, fit_steps=fit_steps)
        inversion = recipe.inversion if sampler is None else _inversion(sampler)
        count = recipe.steps if steps is None else steps
        return EditOptions(count, inversion, guidance, seed, fit_steps=fit_steps)


def _inversion(sampler: str) -> str:
    if sampler not in SAMPLERS:
        message = f"there is no sampler `{sampler}`"
        raise ScmError(
            [Diagnostic("E217", message, helps=(*suggestion(sampler, INVERTED), *listing(INVERTED)))]
        )
    if sampler not in INVERTED:
        message = f"`{sampler}` draws new images only: an edit has to invert its sampler, exactly"
        raise ScmError([Diagnostic("E217", message, helps=listing(INVERTED))])
    return INVERTED[sampler]


def restore(run: Run, plan: NeuralPlan, causal_model: CausalModel) -> Artefact:
    """The newest whole checkpoint of a run as a model.

    Raises:
        ScmError: E196 when there is no whole checkpoint, E182 when its tensors do not fit the model, E225
            when its calibration is damaged.
    """
    checkpoint = load_latest(run, only=("model",))
    model = build_model(plan, neural_settings(run.record.recipe, plan))
    try:
        model.load_state_dict(checkpoint.tensors["model"])
    except (RuntimeError, KeyError) as error:
        message = f"the checkpoint `{checkpoint.folder}` does not fit the run's own model: {_detail(error)}"
        helps = ("it was written by another version; train again, or use that version",)
        raise ScmError([Diagnostic("E182", message, helps=helps)]) from None
    scales, stale = _calibrated(run, checkpoint.step)
    warnings = (*checkpoint.warnings, *stale)
    return Artefact(run, causal_model, plan, model.eval(), checkpoint.step, warnings, scales)


def _calibrated(run: Run, step: int) -> tuple[Mapping[str, float], tuple[Diagnostic, ...]]:
    """The scales that were calibrated at a step, or a warning that it was another."""
    found = load_calibration(run)
    if found is None or found.step == step:
        return ({} if found is None else found.scales), ()
    message = f"the run's guidance was calibrated at step {found.step} and its weights are of step {step}"
    return {}, (Diagnostic("W225", message, helps=("calibrate it again: scmlang calibrate",)),)


def _detail(error: Exception) -> str:
    """The first complaint; torch puts a headline above them."""
    lines = [line.strip().rstrip(".") for line in str(error).splitlines()]
    return lines[1] if len(lines) > 1 else lines[0]
