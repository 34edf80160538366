"""A training that the caller drives, by Python iteration or by a loop of one's own."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
import torch

import scmlang
from scmlang.compiler import open_artefact
from scmlang.diagnostics.base import ScmError
from scmlang.query import QueryOptions, answer_query
from scmlang.train.checkpoint import load_latest
from scmlang.train.metrics_log import read_metrics
from scmlang.train.session import open_training
from tests.train.support import SCENE, TINY, dataset_of, folder_of, plan_of

Weights = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("training") / "data")


def same(a: Weights, b: Weights) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_iterating_trains_as_train_does_whatever_the_caller_does_between(data: Path, tmp_path: Path) -> None:
    model = scmlang.loads(SCENE)
    whole = model.train(data, overrides=TINY, runs=tmp_path)
    with model.training(data, overrides=TINY, runs=tmp_path) as training:
        for progress in training:
            if progress.step == 3:
                break
        assert not training.finished
        steps = [progress.step for progress in training]
    assert (steps, training.finished) == ([4, 5, 6], True)
    assert [record["step"] for record in read_metrics(training.run.metrics)] == [1, 2, 3, 4, 5, 6]
    for group in ("model", "training", "optimizer"):
        both = (load_latest(run).tensors[group] for run in (whole, training.run))
        assert same(*both), group


def test_shards_are_trained_from_and_their_pictures_edited(data: Path, tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        with tarfile.open(tmp_path / split / "0.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
            for file in sorted((data / "train").iterdir()):
                tar.add(file, file.name)
    model = scmlang.loads(SCENE)
    run = model.train(tmp_path, overrides=TINY, runs=tmp_path / "runs")
    same_rows = model.train(data, overrides=TINY, runs=tmp_path / "runs")
    assert len(read_metrics(run.metrics)) == len(read_metrics(same_rows.metrics)) == 6
    answer = answer_query(open_artefact(run), "do(C=1)", QueryOptions())
    rows = (data / "train" / "metadata.csv").read_text().splitlines()[1:9]
    assert len(answer.images) == len(rows) == 8


def test_a_run_is_locked_while_it_is_iterated(data: Path, tmp_path: Path) -> None:
    model = scmlang.loads(SCENE)
    with (
        model.training(data, overrides=TINY, runs=tmp_path) as training,
        pytest.raises(ScmError, match="E209"),
        open_training(training.run, plan_of(), dataset_of(plan_of())),
    ):
        pass


def test_a_loop_of_ones_own_learns_and_is_queried(data: Path, tmp_path: Path) -> None:
    model = scmlang.loads(SCENE)
    with model.training(data, overrides=TINY, runs=tmp_path) as training:
        optimizer = torch.optim.Adam(training.objective.parameters(), lr=2e-2)
        batches = [batch for _, batch in zip(range(12), training.batches(), strict=False)]
        likelihoods = []
        for batch in [*batches, batches[0]]:
            loss, terms = training.objective(batch, swapping=False, kl_factor=1.0)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            likelihoods.append(float(terms["likelihood"]))
        training.save_weights()
        assert likelihoods[-1] < likelihoods[0]
        own = {name: value.clone() for name, value in training.model.state_dict().items()}
    artefact = open_artefact(training.run)
    assert same(dict(artefact.model.state_dict()), own)
    assert artefact.step == training.step > 0
    with (
        pytest.raises(ScmError, match="E208"),
        open_training(training.run, plan_of(), dataset_of(plan_of()), resume=True),
    ):
        pass
