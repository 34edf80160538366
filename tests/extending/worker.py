"""What somebody who has the second package does: check, compile, train, stop, go on, ask.

``python -m tests.extending.worker FOLDER`` prints, as JSON, what came of it; FOLDER has data and a model.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import scmlang
from scmlang.compiler import open_artefact
from scmlang.registry import Origin
from scmlang.train.runs import open_run
from tests.cli.process import TINY, run_here

OVERRIDES = [*TINY[1::2], "backbone.name=plain", "train.log_every=1", "train.sample_every=0"]


def main(folder: Path) -> dict[str, object]:
    from scmlang.mechanisms import MECHANISMS
    from scmlang.neural.backbone import BACKBONES

    path, runs = folder / "second.scm", folder / "runs"
    model = scmlang.load(path)
    found: dict[str, object] = {
        "compiled": run_here("compile", path, *TINY, "--set", "backbone.name=plain"),
        "origins": [
            registry.origin(name) == Origin("scmlang-second", "0.1")
            for registry, name in ((MECHANISMS, "theirs"), (BACKBONES, "plain"))
        ],
        "wrong": [
            _codes(path.read_text(encoding="utf-8").replace("gain=3", wrong))
            for wrong in ("gain=10", "gain=big", "grain=3")
        ],
    }
    with model.training(folder / "data", overrides=OVERRIDES, runs=runs) as training:
        for progress in training:
            if progress.step == 2:
                break
        training.save()
        generator = training.model.generator
    found["built"] = [type(generator).__name__, type(generator.backbone).__name__]
    found["resumed"] = run_here("train", path, "--resume", "--runs", runs)
    run = open_run(training.run.folder)
    artefact = open_artefact(run)
    found |= {
        "step": artefact.step,
        "loaded": [type(artefact.model.generator).__name__, type(artefact.model.generator.backbone).__name__],
        "gain": artefact.model.generator.gain.flatten().tolist(),
        "recorded": [plugin.model_dump() for plugin in run.record.plugins],
        "asked": len(model.query("I[D=2] | I", run=run, given={"D": 0}).images),
        "run": str(run.folder),
    }
    return found


def _codes(text: str) -> list[str]:
    try:
        scmlang.loads(text)
    except scmlang.ScmError as error:
        return [diagnostic.code for diagnostic in error.diagnostics]
    return []


if __name__ == "__main__":
    result = main(Path(sys.argv[1]))
    print(json.dumps(result))
