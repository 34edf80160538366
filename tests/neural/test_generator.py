"""The diffusion generator: shapes, conditioning, the semantic code."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.neural.image import Code
from scmlang.neural.pixels import to_bytes, to_unit
from tests.neural.support import TINY, random_condition, random_images, tiny_generator


@settings(max_examples=15, deadline=None)
@given(
    channels=st.sampled_from([1, 3, 4]),
    height=st.integers(1, 33),
    width=st.integers(1, 33),
    patch=st.sampled_from([1, 2, 3]),
    levels=st.integers(1, 3),
    code=st.integers(0, 3),
)
def test_any_image_size_is_kept(
    channels: int, height: int, width: int, patch: int, levels: int, code: int
) -> None:
    sizes = replace(TINY, channels=(8, 8, 16)[:levels], patch=patch, code_channels=code, code_size=3)
    generator = tiny_generator((channels, height, width), settings=sizes)
    condition = random_condition(generator, 2)
    image, t = random_images((channels, height, width), 2), torch.tensor([0, 500])
    with torch.no_grad():
        joined = generator.condition(condition.vectors)
        posterior = generator.encode(image, joined)
        output = generator(image, t, joined, posterior.sample())
    assert output.shape == image.shape
    assert posterior.mean.shape == (2, code, 3, 3)
    assert output.isfinite().all()


def test_patching_is_undone_exactly() -> None:
    generator = tiny_generator((3, 5, 7))
    image = random_images((3, 5, 7), 2)
    assert torch.equal(generator._unpatch(generator._patches(image)), image)


def test_a_dropped_condition_is_the_null_vector_in_its_rows_only() -> None:
    generator = tiny_generator(widths={"D": 5, "C": 3})
    vectors = {"D": torch.randn(2, 5), "C": torch.randn(2, 3)}
    joined = generator.condition(vectors, {"C": torch.tensor([True, False])})
    assert torch.equal(joined[:, :5], vectors["D"])
    assert torch.equal(joined[0, 5:], generator.null["C"])
    assert torch.equal(joined[1, 5:], vectors["C"][1])


def test_the_output_depends_on_labels_code_and_time() -> None:
    generator = tiny_generator()
    one, other = random_condition(generator, 1, 0), random_condition(generator, 1, 1)
    noisy = torch.randn(1, 1, 8, 8)
    with torch.no_grad():
        vectors = [generator.condition(c.vectors) for c in (one, other)]
        base = generator(noisy, torch.tensor([10]), vectors[0], one.code)
        for t, condition, code in ((10, 1, one.code), (10, 0, other.code), (900, 0, one.code)):
            changed = generator(noisy, torch.tensor([t]), vectors[condition], code)
            assert (changed - base).abs().max() > 1e-4


def test_the_kl_of_a_code_is_the_formula() -> None:
    mean, log_variance = torch.randn(3, 2, 2, 2), torch.randn(3, 2, 2, 2)
    posterior = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    wanted = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(Code(mean, log_variance).kl(), wanted.flatten(1).sum(1))


def test_codes_are_drawn_from_their_posterior() -> None:
    code = Code(torch.full((20_000, 1, 1, 1), 2.0), torch.full((20_000, 1, 1, 1), 2 * 0.5))
    drawn = code.sample(torch.Generator().manual_seed(0))
    assert float(drawn.mean()) == pytest.approx(2.0, abs=0.05)
    assert float(drawn.std()) == pytest.approx(2.718281828**0.5, abs=0.05)


def test_memory_layouts_agree() -> None:
    generator = tiny_generator((3, 8, 8))
    condition, noisy, t = random_condition(generator, 2), torch.randn(2, 3, 8, 8), torch.tensor([3, 700])
    with torch.no_grad():
        joined = generator.condition(condition.vectors)
        plain = generator(noisy, t, joined, condition.code)
        generator.to(memory_format=torch.channels_last)
        last = generator(noisy.contiguous(memory_format=torch.channels_last), t, joined, condition.code)
    torch.testing.assert_close(last, plain, atol=1e-5, rtol=1e-5)


def test_bytes_survive_the_range_of_the_networks() -> None:
    every = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(to_bytes(to_unit(every)), every)
    assert to_unit(every).min() == -1
    assert to_unit(every).max() == 1
    assert to_bytes(torch.tensor([-9.0, 9.0])).tolist() == [0, 255]
