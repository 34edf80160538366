"""The refinement of the code's flow: an invertible map that takes out what depends on the labels."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from scmlang.neural.code_flow import CodeFlow
from scmlang.neural.code_refinement import CodeRefinement

SHAPE, WIDTHS = (2, 2, 2), (2, 1)
CONDITION = sum(WIDTHS)


def refinement_of(seed: int, steps: int, spread: float = 0.1) -> CodeRefinement:
    torch.manual_seed(seed)
    refinement = CodeRefinement(8, WIDTHS, 16, steps).double()
    for part in (refinement.whole, *refinement.parts):
        for parameter in part.head.parameters():
            parameter.data.normal_(0, spread)
    return refinement


@given(seed=st.integers(0, 2**31))
@settings(max_examples=5, deadline=None)
def test_prediction_undoes_abduction_up_to_an_error_of_second_order(seed: int) -> None:
    noise = torch.randn(5, *SHAPE).double()
    condition = torch.randn(5, CONDITION).double()
    errors = []
    for steps in (64, 128):
        refinement = refinement_of(seed, steps)
        there = refinement(noise, condition)
        errors.append(float((refinement.respond(there, condition) - noise).detach().abs().max()))
        assert float((there - noise).detach().abs().max()) > 1e-2
    assert errors[1] < 1e-3
    assert errors[1] < errors[0] / 2.5


def test_it_is_nearly_the_identity_at_first() -> None:
    """The field of a normal u carries it round and back: |x(s)|² = (s² + (1 − s)²) |x(0)|²."""
    refinement = CodeRefinement(8, WIDTHS, 16)
    noise, condition = torch.randn(100, *SHAPE), torch.randn(100, CONDITION)
    torch.testing.assert_close(refinement(noise, condition), noise, rtol=0.02, atol=0)


def test_the_codes_flow_abducts_and_predicts_with_it() -> None:
    torch.manual_seed(0)
    flow = CodeFlow(SHAPE, WIDTHS, 2, 8, 16)
    for parameter in flow.parameters():
        parameter.data.normal_(0, 0.1)
    assert flow.refinement is not None
    code, condition = torch.randn(4, *SHAPE), torch.randn(4, CONDITION)
    coupled = flow(code, condition)[0]
    noise = flow.abduct(code, condition)
    torch.testing.assert_close(noise, flow.refinement(coupled, condition))
    assert not torch.allclose(noise, coupled, atol=1e-2)
    torch.testing.assert_close(flow.abduct(code, condition, refined=False), coupled)
    torch.testing.assert_close(flow.predict(noise, condition), code, rtol=0, atol=0.05)
    torch.testing.assert_close(flow.predict(coupled, condition, refined=False), code)


@given(seed=st.integers(0, 2**31))
@settings(max_examples=10, deadline=None)
def test_each_label_has_a_part_of_its_own(seed: int) -> None:
    """Without the part of all labels together, f(v₁, v₂) − f(v₁', v₂) is the same whatever v₂ is."""
    refinement = refinement_of(seed, 4)
    for parameter in refinement.whole.head.parameters():
        parameter.data.zero_()
    x, time = torch.randn(5, *SHAPE).double(), torch.rand(5).double()
    first, first_other = torch.randn(2, 5, WIDTHS[0]).double()
    second, second_other = torch.randn(2, 5, WIDTHS[1]).double()

    def field(*vectors: Tensor) -> Tensor:
        return refinement.field(x, time, torch.cat(vectors, 1))

    move = field(first, second) - field(first_other, second)
    torch.testing.assert_close(move, field(first, second_other) - field(first_other, second_other))
    assert float(move.detach().abs().max()) > 1e-6


@pytest.mark.slow
def test_it_takes_out_what_no_affine_map_of_the_numbers_can() -> None:
    """u has mean 0 and unit covariance whatever the label is, and yet tells it: one bends by another."""
    torch.manual_seed(0)

    def draw(n: int) -> tuple[Tensor, Tensor, Tensor]:
        label = torch.randint(2, (n,))
        noise = torch.randn(n, *SHAPE)
        bent = (noise[:, 0, 0, 0] + noise[:, 1, 0, 0] ** 2 - 1) / 3**0.5
        noise[:, 0, 0, 0] = torch.where(label == 1, bent, noise[:, 0, 0, 0])
        return noise, torch.eye(CONDITION)[label], label

    def bend(noise: Tensor) -> float:
        """E[x y²], which is 0 of independent numbers, and 2/√3 of the bent ones."""
        return float((noise[:, 0, 0, 0] * noise[:, 1, 0, 0] ** 2).mean())

    refinement = CodeRefinement(8, WIDTHS, 64)
    optimizer = torch.optim.Adam(refinement.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 1000)
    for _ in range(1000):
        noise, condition, _ = draw(256)
        loss = refinement.loss(noise, condition)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    noise, condition, label = draw(20_000)
    with torch.no_grad():
        refined = refinement(noise, condition)
        again = refinement.respond(torch.randn_like(noise), condition)
    assert bend(noise[label == 1]) > 1
    for level in (0, 1):
        here = refined[label == level]
        assert abs(bend(here)) < 0.2
        torch.testing.assert_close(torch.cov(here.flatten(1).T), torch.eye(8), rtol=0, atol=0.1)
        assert bend(again[label == level]) == pytest.approx(bend(noise[label == level]), abs=0.4)
