"""Getting a judge for a truth: trained once, then kept beside the run.

Two files, ``judge.safetensors`` and ``judge.json``. They are used again only when the key, a hash of
everything that went into the training, and the hash of the tensors are what they were; otherwise the judge
is trained again.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, InternalError, ScmError
from scmlang.evaluate.classifier import (
    Advance,
    Head,
    Judge,
    JudgeNetwork,
    JudgeOptions,
    Labelled,
    train_judge,
)
from scmlang.evaluate.truth import Truth
from scmlang.semantics.domains import Finite, Image, Symbolic
from scmlang.train.atomic import read_json, reason, replace_file, to_json

SCHEMA = 1
VERSION = 1  # of what the training does; a change of it makes older judges unusable
MARGINAL = 20_000
MEMORY = 1 << 29  # bytes of rendered training images


def obtain_judge(
    truth: Truth,
    parents: tuple[str, ...],
    options: JudgeOptions,
    folder: Path | None,
    advance: Advance = lambda steps: None,
) -> Judge:
    """The judge of a truth: from ``folder``, else trained and kept there.

    Args:
        truth: renders the images.
        parents: the labels that cause the image, which are those it shows.
        options: of the training.
        folder: where judges are kept; None keeps none.
        advance: called with the number of optimiser steps done.

    Raises:
        ScmError: E234 when it cannot be written.
    """
    heads = read_heads(truth, parents, options.seed)
    key = _key(truth, heads, options)
    kept = _load(folder, key, heads, _image(truth), options) if folder else None
    if kept is not None:
        return kept
    most = max(1, MEMORY // math.prod(_image(truth).shape))
    training = randomised(truth, heads, min(options.images, most), options.seed, "train")
    validation = randomised(truth, heads, min(options.validation, most), options.seed, "val")
    judge = train_judge(heads, training, validation, options, advance)
    if folder:
        _save(folder, key, judge)
    return judge


def read_heads(truth: Truth, parents: tuple[str, ...], seed: int) -> tuple[Head, ...]:
    """What a judge reads; real labels are standardised by their true margin."""
    margin = truth.sample(MARGINAL, seed)
    heads = []
    for name in parents:
        domain = truth.model.variables[name].domain
        if isinstance(domain, Image | Symbolic):
            raise InternalError(f"`{name}` is no label")
        if isinstance(domain, Finite):
            heads.append(Head(name, domain))
        else:
            column = margin[name].astype(np.float64)
            heads.append(Head(name, domain, float(column.mean()), max(float(column.std()), 1e-6)))
    return tuple(heads)


def randomised(truth: Truth, heads: tuple[Head, ...], n: int, seed: int, split: str) -> Labelled:
    """Images that the truth renders when every label that causes them is randomised.

    do(V = v) with v uniform over the levels, or a draw from V's true margin where it is real, independently
    for every label and unit; the sources are those of the split.
    """
    rng = np.random.default_rng([seed, n])
    margin = truth.sample(MARGINAL, seed + 1)
    do: dict[str, NDArray[np.generic]] = {}
    for head in heads:
        if isinstance(head.domain, Finite):
            do[head.name] = rng.integers(head.domain.size, size=n) + head.domain.offset
        else:
            do[head.name] = rng.choice(margin[head.name], n)
    return Labelled(truth.rendered(n, seed, split, do), do)


def _key(truth: Truth, heads: tuple[Head, ...], options: JudgeOptions) -> str:
    content = {
        "version": VERSION,
        "truth": truth.model.source.text,
        "renderers": {name: asdict(record) for name, record in truth.manifest.renderers.items()},
        "heads": [_head_json(head) for head in heads],
        "options": asdict(options),
    }
    return hashlib.sha256(to_json(content)).hexdigest()


def _head_json(head: Head) -> dict[str, object]:
    return {"name": head.name, "domain": str(head.domain), "location": head.location, "scale": head.scale}


def _image(truth: Truth) -> Image:
    domain = truth.model.variables[truth.image].domain
    if not isinstance(domain, Image):
        raise InternalError(f"`{truth.image}` is no image")
    return domain


def _load(
    folder: Path, key: str, heads: tuple[Head, ...], image: Image, options: JudgeOptions
) -> Judge | None:
    """The judge kept in a folder; None where there is none of that key, or a damaged one."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        record = read_json(folder / "judge.json")
        data = (folder / "judge.safetensors").read_bytes()
        if record.get("key") != key or record.get("sha256") != hashlib.sha256(data).hexdigest():
            return None
        network = JudgeNetwork(image.shape, tuple(head.outputs for head in heads), options.width)
        network.load_state_dict(load(data))
        return Judge(network.eval(), heads, _scores(record, heads), bool(record["jitter"]))
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError):
        return None


def _scores(record: Mapping[str, Any], heads: tuple[Head, ...]) -> dict[str, float]:
    return {head.name: float(record["scores"][head.name]) for head in heads}


def _save(folder: Path, key: str, judge: Judge) -> None:
    from safetensors.torch import save

    data = save({name: tensor.contiguous() for name, tensor in judge.network.state_dict().items()})
    record = {
        "schema": SCHEMA,
        "key": key,
        "sha256": hashlib.sha256(data).hexdigest(),
        "scores": dict(judge.scores),
        "jitter": judge.jitter,
        "heads": [_head_json(head) for head in judge.heads],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / "judge.safetensors", data)
        replace_file(folder / "judge.json", to_json(record))
    except OSError as error:
        raise ScmError([Diagnostic("E234", f"`{folder}` cannot be written: {reason(error)}")]) from None
