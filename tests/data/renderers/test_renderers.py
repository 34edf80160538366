"""Laws that every renderer of the registry keeps, then each renderer by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.data.columns import format_column, parse_numbers
from scmlang.data.renderers import RENDERERS, Renderer, check_parameters, configured
from scmlang.data.renderers.base import bounds
from scmlang.diagnostics.base import ScmError
from scmlang.semantics.domains import Finite

N = 60
names = pytest.mark.parametrize("name", RENDERERS.names())


def some_parameters(renderer: Renderer, n: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    drawn = {}
    for name, parameter in renderer.parameters.items():
        low, high = bounds(parameter)
        finite = isinstance(parameter.domain, Finite)
        drawn[name] = rng.integers(int(low), int(high) + 1, n) if finite else rng.uniform(low, high, n)
    return drawn


def some_noise(renderer: Renderer, n: int = N, split: str = "train") -> dict[str, np.ndarray]:
    return renderer.noise(np.random.default_rng(1), n, split)


@names
def test_images_have_the_shape_and_use_the_range(name: str) -> None:
    renderer = RENDERERS[name]
    images = renderer.render(some_parameters(renderer, N), some_noise(renderer), "train")
    assert images.dtype == np.uint8
    assert images.shape == (N, *renderer.shape)
    assert images.max() > 200
    assert (images.reshape(N, -1).max(1) > 0).all()
    assert renderer.name == name


@names
@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_rendering_is_a_pure_function_of_each_row(name: str, split: str) -> None:
    renderer = RENDERERS[name]
    parameters, noise = some_parameters(renderer, N), some_noise(renderer, N, split)
    images = renderer.render(parameters, noise, split)
    order = np.random.default_rng(2).permutation(N)[: N // 2]
    again = renderer.render(
        {k: v[order] for k, v in parameters.items()}, {k: v[order] for k, v in noise.items()}, split
    )
    np.testing.assert_array_equal(again, images[order])


@names
def test_noise_survives_text_exactly_and_fewer_draws_are_a_prefix(name: str) -> None:
    renderer = RENDERERS[name]
    noise, few = some_noise(renderer), some_noise(renderer, N // 3)
    for column, values in noise.items():
        read = parse_numbers(format_column(values))
        assert read.tobytes() == values.tobytes()
        assert few[column].tobytes() == values[: N // 3].tobytes()


@names
def test_no_rows_are_no_images(name: str) -> None:
    renderer = RENDERERS[name]
    assert renderer.render(some_parameters(renderer, 0), some_noise(renderer, 0), "test").shape[0] == 0


@names
def test_every_parameter_shows_in_the_image(name: str) -> None:
    renderer = RENDERERS[name]
    parameters, noise = some_parameters(renderer, N), some_noise(renderer)
    images = renderer.render(parameters, noise, "train")
    for parameter, spec in renderer.parameters.items():
        low, high = bounds(spec)
        changed = np.where(parameters[parameter] > (low + high) / 2, low, high)
        after = renderer.render({**parameters, parameter: changed}, noise, "train")
        assert (after != images).reshape(N, -1).any(1).all(), parameter


@names
def test_parameters_that_fix_the_source_keep_the_provenance(name: str) -> None:
    renderer = RENDERERS[name]
    assert renderer.fixes <= set(renderer.parameters)
    noise = some_noise(renderer)
    a, b = (some_parameters(renderer, N, seed) for seed in (3, 4))
    mixed = {k: b[k] if k in renderer.fixes else a[k] for k in a}
    before, after = (renderer.provenance(p, noise, "test") for p in (a, mixed))
    for column in before:
        np.testing.assert_array_equal(before[column], after[column])


@names
def test_unknown_settings_are_diagnostics(name: str) -> None:
    with pytest.raises(ScmError, match="E102"):
        RENDERERS[name].configure({"no_such_setting": "1"})
    with pytest.raises(ScmError, match="E102"):
        configured([name], {"no_such_setting": "1"})


def test_settings_reach_those_that_know_them() -> None:
    chosen = configured(["bar_mnist", "strokes"], {"digits": "/some/where"})
    assert chosen["bar_mnist"].settings == {"digits": "/some/where"}
    assert chosen["strokes"].settings == {}


@names
def test_values_out_of_range_are_diagnostics(name: str) -> None:
    renderer = RENDERERS[name]
    check_parameters(renderer, some_parameters(renderer, N))
    for parameter, spec in renderer.parameters.items():
        for wrong in (bounds(spec)[0] - 1, bounds(spec)[1] + 1, np.nan):
            values = some_parameters(renderer, N)
            values[parameter] = np.where(np.arange(N) == 7, wrong, values[parameter])
            with pytest.raises(ScmError, match=f"`{parameter}` of .* in row 8") as error:
                check_parameters(renderer, values)
            assert [d.code for d in error.value.diagnostics] == ["E103"]


# --- bar_mnist


def bars(digit: int, colour: int, bar: int, rank: np.ndarray, split: str = "test") -> np.ndarray:
    n = len(rank)
    parameters = {"digit": np.full(n, digit), "colour": np.full(n, colour), "bar": np.full(n, bar)}
    return RENDERERS["bar_mnist"].render(parameters, {"rank": rank}, split)


RANKS = np.linspace(0, 0.999, 40)


@pytest.mark.parametrize("digit", [0, 7])
def test_colour_moves_the_strokes_and_bar_touches_blue_alone(digit: int) -> None:
    red, green, barred = (bars(digit, c, b, RANKS) for c, b in ((0, 0), (1, 0), (0, 1)))
    np.testing.assert_array_equal(red[:, 0], green[:, 1])
    assert not red[:, 1:].any()
    assert not green[:, [0, 2]].any()
    np.testing.assert_array_equal(barred[:, :2], red[:, :2])
    assert (barred[:, 2, :4] == 255).all()
    assert not barred[:, 2, 4:].any()


def test_source_digits_of_the_splits_are_disjoint() -> None:
    renderer = RENDERERS["bar_mnist"]
    ranks = np.tile(np.arange(400) / 400 + 1e-6, 10)
    labels = np.repeat(np.arange(10), 400)
    used = [
        set(renderer.provenance({"digit": labels}, {"rank": ranks}, split)["source"].tolist())
        for split in ("train", "val", "test")
    ]
    assert [len(sources) for sources in used] == [4000, 500, 500]
    assert len(set.union(*used)) == 5000


# --- strokes


@given(st.integers(0, 2), st.floats(1, 3.5), st.floats(0.05, 0.5))
def test_a_thicker_pen_never_leaves_less_ink(shape: int, thickness: float, more: float) -> None:
    renderer = RENDERERS["strokes"]
    noise = some_noise(renderer, 20)
    thin, thick = (
        renderer.render(
            {"shape": np.full(20, shape), "thickness": np.full(20, t), "ink": np.full(20, 4)}, noise, "train"
        )
        for t in (thickness, thickness + more)
    )
    assert (thick >= thin).all()


@pytest.mark.parametrize("ink", [1, 2, 3, 4])
def test_ink_is_the_brightness_of_a_full_stroke(ink: int) -> None:
    renderer = RENDERERS["strokes"]
    parameters = {"shape": np.arange(60) % 3, "thickness": np.full(60, 3.0), "ink": np.full(60, ink)}
    images = renderer.render(parameters, some_noise(renderer, 60), "train")
    assert (images.reshape(60, -1).max(1) == 51 * (1 + ink)).all()


def test_ring_area_is_that_of_an_annulus() -> None:
    """Summed coverage approximates 2πr·thickness, so the distance field is in pixels."""
    radius, thickness = 7.0, 2.0
    upright = {"x": 0.0, "y": 0.0, "size": radius, "aspect": 1.0, "angle": 0.3}
    noise = {name: np.array([value]) for name, value in upright.items()}
    parameters = {"shape": np.array([0]), "thickness": np.array([thickness]), "ink": np.array([4])}
    image = RENDERERS["strokes"].render(parameters, noise, "train")
    assert image.sum() / 255 == pytest.approx(2 * np.pi * radius * thickness, rel=0.02)
