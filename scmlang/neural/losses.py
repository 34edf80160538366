"""The training loss: the paper's equation (1), and what keeps the semantic code honest.

Equation (1) is E‖ε − ε_θ(I_t, t, v)‖² + (1/N_v) Σ_v [MSE(v, v_c) + CE(v, y_v) + NLL(v_l, y_v)]. To it are
added the negative log-likelihood of the label mechanisms, KL(q(z | I, v) ‖ N(0, 1)), the recogniser's own
cross-entropy, and the two terms of label swapping.

**Label swapping.** The model says that z is independent of the labels, but nothing above makes it so: a code
that also holds the colour reconstructs better and edits worse. For a part of each batch the labels are
replaced by others, v', and an image I' = G(z, v') is decoded. Then

- the image term of those rows is computed with the code of I' in place of the code of I: from
  z' ~ q(z | I', v') and the true v the generator must find I again. I' shows v' and not v, so whatever z'
  says of a label misleads and is unlearnt, while whatever I and I' share is worth keeping. No gradient passes
  through I', so that nothing can be hidden in it (CycleGAN's failing: Chu et al., arXiv:1712.02950). This is
  back-translation (Lample et al., "Multiple-attribute text rewriting", ICLR 2019) applied to images;
- the frozen recogniser must see v' in I' (term ``effect``), as in Ribeiro et al., "High fidelity image
  counterfactuals", arXiv:2306.15764.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from scmlang.neural import sharing
from scmlang.neural.code_flow import normal_log_prob
from scmlang.neural.embeddings import LevelAutoencoder
from scmlang.neural.image import Code, Generator, Vectors
from scmlang.neural.ncm import Labels, NeuralCausalModel
from scmlang.neural.recognition import Recogniser, recognition_loss


@dataclass(frozen=True)
class LossWeights:
    """The weight of every term, and what the image terms depend on.

    Attributes:
        diffusion, reconstruction, classification, level, likelihood, kl, recognition, effect: weights.
        swap: the part of each batch whose labels are swapped, 0..1.
        dropout: the probability that a parent's vector is replaced by the null vector.
        recogniser_noise: the recogniser sees images under Gaussian noise of a deviation drawn from
            0..recogniser_noise.
        noise_bias: time steps are drawn as T·u^noise_bias, u uniform; below 1 favours noisy steps.
        pixels, first_stage: weights of the terms of other generators.
    """

    diffusion: float
    reconstruction: float
    classification: float
    level: float
    likelihood: float
    kl: float
    prior: float
    recognition: float
    effect: float
    swap: float
    dropout: float
    noise_bias: float
    recogniser_noise: float
    pixels: float = 1.0
    first_stage: float = 1.0


@dataclass(frozen=True)
class Batch:
    """Images ``[n, C, H, W]`` in [−1, 1] with their labels, and rows for the label likelihood.

    ``weight`` ``[n]``, mean 1, counters the confounding of the labels for the recogniser, which shall read
    each label from the image and not from the others.
    """

    images: Tensor | None
    labels: Labels
    weight: Tensor | None
    label_rows: Labels
    label_images: Tensor | None = None

    def __len__(self) -> int:
        return len(next(iter(self.labels.values())))

    def split(self, parts: int) -> list[Batch]:
        """The batch in parts of nearly the same size, at most one a row."""
        parts = min(parts, len(self), len(next(iter(self.label_rows.values()))))

        def cut(column: Tensor | None) -> list[Tensor | None]:
            return [None] * parts if column is None else list(torch.tensor_split(column, parts))

        def columns(rows: Labels) -> list[dict[str, Tensor]]:
            pieces = {name: torch.tensor_split(value, parts) for name, value in rows.items()}
            return [{name: piece[part] for name, piece in pieces.items()} for part in range(parts)]

        pieces = (cut(self.images), columns(self.labels), cut(self.weight), columns(self.label_rows))
        return [Batch(*piece) for piece in zip(*pieces, cut(self.label_images), strict=True)]


class TrainingObjective(nn.Module):
    """The loss as a module, so that wrappers (data parallelism, compilation) see one forward pass.

    Args:
        model: the model; its randomness in training is torch's global generator.
        weights: of the terms.
    """

    def __init__(self, model: NeuralCausalModel, weights: LossWeights) -> None:
        super().__init__()
        self.model = model
        self.weights = weights

    def forward(
        self, batch: Batch, swapping: bool, kl_factor: float, refining: bool = False
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum and every unweighted term, each a scalar.

        Args:
            batch: the data.
            swapping: whether label swapping has begun.
            kl_factor: multiplies the weight of the KL term (its warm-up), 0..1.
            refining: whether the code's flow is refined, while all else stands.
        """
        if refining:
            return self._refinement(batch)
        model = self.model
        terms = _embedding_terms(model, batch)
        terms["likelihood"] = -model.log_likelihood(batch.label_rows, batch.label_images).mean()
        if model.generator is not None and model.recogniser is not None and batch.images is not None:
            share = self.weights.swap if swapping else 0.0
            terms |= _image_terms(model, model.generator, model.recogniser, batch, self.weights, share)
        factors = {"kl": kl_factor}
        weighted = [factors.get(k, 1.0) * getattr(self.weights, k) * v for k, v in terms.items()]
        return torch.stack(weighted).sum(), {name: value.detach() for name, value in terms.items()}

    def _refinement(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        model, images = self.model, batch.images
        flow = model.generator.flow if model.generator else None
        if model.generator is None or images is None or flow is None or flow.refinement is None:
            raise ValueError("the model has no refinement of a code's flow")
        with torch.no_grad():
            condition = model.generator.condition(model.vectors(batch.labels, images))
            code = model.generator.encode(images, condition).sample()
            noise = model.generator.code_noise(code, condition, refined=False)
        loss = flow.refinement.loss(noise, condition)
        return loss, {"refinement": loss.detach()}


def _embedding_terms(model: NeuralCausalModel, batch: Batch) -> dict[str, Tensor]:
    parts = [
        model.autoencoder(name).losses(value, model.vector(name, value, batch.images))
        for name, value in batch.labels.items()
    ]
    return {
        "reconstruction": torch.stack([part.reconstruction for part in parts]).mean(),
        "classification": torch.stack([part.classification for part in parts]).mean(),
        "level": torch.stack([part.level for part in parts]).mean(),
    }


def _image_terms(
    model: NeuralCausalModel,
    generator: Generator,
    recogniser: Recogniser,
    batch: Batch,
    weights: LossWeights,
    share: float,
) -> dict[str, Tensor]:
    images = batch.images
    if images is None:
        raise ValueError("the batch has no images")
    early = generator.first_stage(images)
    if early:
        return {**early, **_recognition_term(model, recogniser, images, batch, weights)}
    vectors = model.vectors(batch.labels, images)
    code = generator.encode(images, generator.condition(vectors))
    z = code.sample()
    terms = _code_terms(generator, code, z, generator.condition(vectors))
    terms |= _recognition_term(model, recogniser, images, batch, weights)
    swapped = round(share * len(images)) if generator.settled else 0
    if swapped:
        head, own = ({k: v[:swapped] for k, v in part.items()} for part in (batch.labels, vectors))
        back, terms["effect"] = _back_translate(model, generator, recogniser, head, own, z[:swapped], weights)
        z = torch.cat([back, z[swapped:]])
    return terms | generator.losses(images, vectors, z, weights.dropout, weights.noise_bias)


def _code_terms(generator: Generator, code: Code, z: Tensor, condition: Tensor) -> dict[str, Tensor]:
    """``kl``: KL(q(z | I, v) ‖ p(z | v)) in nats; ``prior``: −log p(z | v) of the flow, per number of z.

    With a flow the first is of one draw, and teaches the encoder alone; the second teaches the flow alone.
    The weight of the first is thousands of times smaller, and labels shall not be embedded to please either.
    """
    flow = generator.flow
    if flow is None:
        return {"kl": code.kl().mean()}
    condition = condition.detach()
    frozen = {name: value.detach() for name, value in flow.named_parameters()}
    noise, log_det = functional_call(flow, frozen, (z, condition))
    kl = -normal_log_prob(noise) - log_det - code.entropy()
    prior = -flow.log_prob(z.detach(), condition) / z[0].numel()
    return {"kl": kl.mean(), "prior": prior.mean()}


def _recognition_term(
    model: NeuralCausalModel, recogniser: Recogniser, images: Tensor, batch: Batch, weights: LossWeights
) -> dict[str, Tensor]:
    if not weights.recognition:
        return {}
    targets = model.standardised(batch.labels)
    outputs = recogniser(blurred(images, weights.recogniser_noise))
    recogniser.observe_errors(outputs, targets)
    return {"recognition": recognition_loss(outputs, targets, batch.weight)}


def blurred(images: Tensor, largest: float) -> Tensor:
    """Images under Gaussian noise, of a deviation that is uniform on 0..largest, one an image.

    A classifier trained under noise has gradients that mean something to the eye (Kaur et al., "Are
    perceptually-aligned gradients a general property of robust classifiers?", arXiv:1910.08640), so the
    generator is not taught the patterns that merely fool it.
    """
    deviation = largest * sharing.uniform((len(images), 1, 1, 1), images.device)
    return images + deviation * sharing.normal_like(images)


def _back_translate(
    model: NeuralCausalModel,
    generator: Generator,
    recogniser: Recogniser,
    labels: Labels,
    vectors: Vectors,
    z: Tensor,
    weights: LossWeights,
) -> tuple[Tensor, Tensor]:
    """The code of the swapped image I', carried back to the labels of I, and the recogniser's loss on I'."""
    parents = tuple(vectors)
    swapped = swap_labels(model, labels, parents)
    factual = generator.condition(vectors)
    condition = generator.condition(model.moved(vectors, labels, swapped))
    noise = generator.code_noise(z, factual.detach(), refined=False)
    there = generator.respond_code(noise, condition.detach(), refined=False)
    image = generator.redraw(condition, there, weights.noise_bias)
    frozen = {name: value.detach() for name, value in recogniser.named_parameters()}
    outputs = functional_call(recogniser, frozen, (blurred(image, weights.recogniser_noise),))
    targets = model.standardised(swapped)
    seen = {name: outputs[name] for name in parents}
    effect = recognition_loss(seen, {name: targets[name] for name in parents})
    code = generator.encode(image.detach(), condition).sample()
    back = generator.code_noise(code, condition.detach(), refined=False)
    return generator.respond_code(back, factual.detach(), refined=False), effect


def swap_labels(model: NeuralCausalModel, labels: Labels, names: tuple[str, ...]) -> dict[str, Tensor]:
    """Labels with a random, non-empty subset of ``names`` replaced in every row.

    Finite variables get a level drawn uniformly, so that rare combinations are met too; real ones the value
    of another row.
    """
    n = len(next(iter(labels.values())))
    chosen = sharing.uniform((n, len(names))) < 1 / 3
    chosen.scatter_(1, sharing.integers(len(names), (n, 1)), True)
    result = dict(labels)
    for column, name in enumerate(names):
        value = labels[name]
        part = model.autoencoder(name)
        if isinstance(part, LevelAutoencoder):
            other = sharing.integers(part.levels, (n,)).to(value.device)
        else:
            other = sharing.shuffled(value)
        result[name] = torch.where(chosen[:, column].to(value.device), other, value)
    return result
