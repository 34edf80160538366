"""The augmented neural causal model: all parts of a plan in one module.

Labels are columns: a mapping from each label variable to ``[n]``, int64 level indices for finite
variables and float32 values, in the variable's own units, for real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from scmlang.neural.embeddings import Autoencoder, LevelAutoencoder, RealAutoencoder, build_autoencoder
from scmlang.neural.exogenous import SharedPrior
from scmlang.neural.image import Generator
from scmlang.neural.labels import CategoricalRecognition, LabelMechanism
from scmlang.neural.naming import module_key
from scmlang.neural.plan import ImagePlan, LabelPlan, NeuralPlan
from scmlang.neural.recognition import Recogniser
from scmlang.neural.settings import NeuralSettings

Labels = Mapping[str, Tensor]


@dataclass(frozen=True)
class MechanismContext:
    """What a label mechanism is built from.

    Attributes:
        plan: the variable.
        autoencoders: of all label variables; held by the model, so not to be registered again.
        parents: the plans of its parents.
        states: the numbers of states of its shared noise.
        image_channels: channels of the image, 0 when the model has none.
    """

    plan: LabelPlan
    autoencoders: Mapping[str, Autoencoder]
    parents: Mapping[str, LabelPlan]
    states: tuple[int, ...]
    image_channels: int


MechanismBuilder = Callable[[MechanismContext], LabelMechanism]
ImageBuilder = Callable[[ImagePlan, Mapping[str, int], NeuralSettings], Generator]


@dataclass(frozen=True)
class LabelNoise:
    """A value of the label variables' exogenous noise, row by row.

    Attributes:
        shared: int64 ``[n, number of shared variables]``.
        private: per label variable ``[n]``.
    """

    shared: Tensor
    private: Mapping[str, Tensor]


class NeuralCausalModel(nn.Module):
    """The model of a plan.

    Args:
        plan: what to build.
        settings: sizes.
        build: makes the mechanism of a label variable.
        build_image: makes the generator of the image variable.
    """

    def __init__(
        self, plan: NeuralPlan, settings: NeuralSettings, build: MechanismBuilder, build_image: ImageBuilder
    ) -> None:
        super().__init__()
        self.plan = plan
        self.shared = SharedPrior(plan.shared)
        autoencoders = {label.name: build_autoencoder(label) for label in plan.labels}
        self.autoencoders = nn.ModuleDict({module_key(name): part for name, part in autoencoders.items()})
        channels = plan.image.domain.channels if plan.image else 0
        self.mechanisms = nn.ModuleDict(
            {
                module_key(label.name): build(_context(plan, label, autoencoders, channels))
                for label in plan.labels
            }
        )
        self.generator_name = settings.generator or (plan.image.mechanism if plan.image else "")
        self.generator: Generator | None = None
        self.recogniser: Recogniser | None = None
        if plan.image is not None:
            widths = {name: autoencoders[name].width for name in plan.image.parents}
            self.generator = build_image(plan.image, widths, settings)
            self.recogniser = Recogniser(plan.labels, plan.image.domain.shape, settings.recogniser_width)

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def reads_image(self) -> tuple[str, ...]:
        """Label variables whose mechanism needs the image, so that they can't be sampled without one."""
        return tuple(p.name for p in self.plan.labels if self.mechanism(p.name).reads_image)

    def mechanism(self, name: str) -> LabelMechanism:
        module = self.mechanisms[module_key(name)]
        if not isinstance(module, LabelMechanism):
            raise TypeError(f"the mechanism of {name} is not a LabelMechanism")
        return module

    def autoencoder(self, name: str) -> Autoencoder:
        """The V-autoencoder of a label variable."""
        module = self.autoencoders[module_key(name)]
        if not isinstance(module, LevelAutoencoder | RealAutoencoder):
            raise TypeError(f"{name} has no V-autoencoder")
        return module

    def vector(self, name: str, value: Tensor, image: Tensor | None = None) -> Tensor:
        """v ``[n, width]`` of a label: decode(value), or the logits of a mechanism that sees the image.

        Args:
            name: the variable.
            value: its values ``[n]``.
            image: the units' own images, if v is to be read off them where the mechanism does so.
        """
        mechanism = self.mechanism(name)
        if image is not None and isinstance(mechanism, CategoricalRecognition):
            return mechanism.logits({}, value[:, None], image)
        return self.autoencoder(name).decode(value)

    def vectors(self, labels: Labels, image: Tensor | None = None) -> dict[str, Tensor]:
        """v of the image's parents, each ``[n, width]``; see :meth:`vector`."""
        if self.plan.image is None:
            return {}
        return {name: self.vector(name, labels[name], image) for name in self.plan.image.parents}

    def moved(self, vectors: Mapping[str, Tensor], labels: Labels, world: Labels) -> dict[str, Tensor]:
        """v of the image's parents in another world: the factual v wherever the value is the factual one."""
        return {
            name: torch.where((world[name] == labels[name])[:, None], vector, self.vector(name, world[name]))
            for name, vector in vectors.items()
        }

    def standardised(self, labels: Labels) -> dict[str, Tensor]:
        """Labels as the recogniser's targets: real ones standardised, levels as they are."""
        targets = dict(labels)
        for label in self.plan.labels:
            part = self.autoencoder(label.name)
            if isinstance(part, RealAutoencoder):
                targets[label.name] = part.standardise(labels[label.name])
        return targets

    def log_joint(
        self, component: tuple[str, ...], labels: Labels, image: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """log P(u, v_C | pa(v_C)) for every joint state u of the shared noise of a c-component C.

        P(v) factorises over c-components (Tian & Pearl, "A general identification condition for causal
        effects", 2002), so the sum over u of one component's terms is its factor Q[C].

        Args:
            component: the variables of C.
            labels: all columns ``[n]``.
            image: ``[n, C, H, W]`` in [−1, 1] where a mechanism reads it.

        Returns:
            ``[n, S]`` and the states int64 ``[S, number of shared variables]``; columns of shared
            variables outside C are zero.
        """
        indices = tuple(sorted({i for name in component for i in self.plan.label(name).shared}))
        own = self.shared.joint_states(indices, self.device)
        states = torch.zeros(len(own), len(self.plan.shared), dtype=torch.int64, device=self.device)
        states[:, list(indices)] = own
        total = self.shared.log_prob(indices, own).expand(len(labels[component[0]]), len(own))
        for name in component:
            total = total + self._log_prob(name, labels, states, image)
        return total, states

    def _log_prob(self, name: str, labels: Labels, states: Tensor, image: Tensor | None) -> Tensor:
        """log p(value | parents, u) for every row and every joint state: ``[n, S]``.

        The mechanism is asked once for each joint state of the noise that the variable itself shares.
        """
        plan, mechanism = self.plan.label(name), self.mechanism(name)
        own, position = self.shared.joint_states(plan.shared, self.device), states.new_zeros(len(states))
        for i in plan.shared:
            position = position * self.plan.shared[i].states + states[:, i]
        n, count = len(labels[name]), len(own)
        if mechanism.reads_image:
            once = mechanism.log_prob(labels[name], {}, own[:1].expand(n, -1), image)
            return once[:, None].expand(-1, len(states))
        parents = {parent: labels[parent].repeat_interleave(count) for parent in plan.parents}
        value = labels[name].repeat_interleave(count)
        rows = mechanism.log_prob(value, parents, own.repeat(n, 1), None).reshape(n, count)
        return rows[:, position]

    def log_likelihood(self, labels: Labels, image: Tensor | None = None) -> Tensor:
        """log P(v) = Σ_C log Σ_u P(u) Π_{V in C} P(v | pa, u): ``[n]``, exact.

        In full precision whatever the autocast: half precision costs hundredths of a nat a row.
        """
        with torch.autocast(self.device.type, enabled=False):
            parts = [self.log_joint(c, labels, image)[0].logsumexp(1) for c in self.plan.components]
        return torch.stack(parts).sum(0)

    def respond(self, name: str, noise: LabelNoise, labels: Labels, image: Tensor | None = None) -> Tensor:
        """f_V(pa, u): the values ``[n]`` of one variable under its noise and its parents' values."""
        plan = self.plan.label(name)
        parents = {parent: labels[parent] for parent in plan.parents}
        shared = noise.shared[:, list(plan.shared)]
        return self.mechanism(name).respond(noise.private[name], parents, shared, image)

    def draw_noise(self, n: int, generator: torch.Generator) -> LabelNoise:
        """Exogenous noise from its prior."""
        private = {p.name: self.mechanism(p.name).draw_noise(n, generator) for p in self.plan.labels}
        shared = self.shared.sample(n, generator)
        device = self.device
        return LabelNoise(shared.to(device), {name: value.to(device) for name, value in private.items()})

    def sample_labels(self, n: int, do: Labels, generator: torch.Generator) -> dict[str, Tensor]:
        """Draws from P(v | do(x)), the diagram walked in topological order with do's arrows cut.

        Args:
            n: rows.
            do: values ``[n]`` of the intervened variables.
            generator: the source of all randomness (a CPU generator).
        """
        noise = self.draw_noise(n, generator)
        labels: dict[str, Tensor] = {}
        for plan in self.plan.labels:
            labels[plan.name] = do[plan.name] if plan.name in do else self.respond(plan.name, noise, labels)
        return labels


def _context(
    plan: NeuralPlan, label: LabelPlan, autoencoders: Mapping[str, Autoencoder], channels: int
) -> MechanismContext:
    return MechanismContext(
        plan=label,
        autoencoders=autoencoders,
        parents={name: plan.label(name) for name in label.parents},
        states=tuple(plan.shared[i].states for i in label.shared),
        image_channels=channels,
    )
