"""Recipes: the shipped ones, their documentation, their overrides, and every kind of mistake."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.source import Source, Span
from scmlang.train.loading import load_recipe, recipe_names
from scmlang.train.recipe import Recipe, describe
from scmlang.train.yaml_source import Table, plain, read_yaml


def problems(reference: str | Path, *overrides: str) -> list[Diagnostic]:
    with pytest.raises(ScmError) as caught:
        load_recipe(reference, overrides)
    return list(caught.value.diagnostics)


def problem(reference: str | Path, *overrides: str) -> Diagnostic:
    (only,) = problems(reference, *overrides)
    return only


def underlined(diagnostic: Diagnostic) -> str:
    assert diagnostic.source is not None
    assert diagnostic.span is not None
    return diagnostic.source.text[diagnostic.span.start : diagnostic.span.end]


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "mine.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", recipe_names())
def test_shipped_recipes_are_valid(name: str) -> None:
    recipe = load_recipe(name)
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


def test_the_recipes_are_shipped() -> None:
    assert recipe_names() == ["cpu", "cvae", "epsilon", "flow", "gpu", "latent", "paper", "paper_small"]


def test_cpu_names_every_key() -> None:
    """It is the file that people copy."""
    recipe = load_recipe("cpu")
    missing = [
        row.key for row in describe() if recipe.place(row.key) is None and row.key != "diffusion.guidance"
    ]
    assert missing == []


def test_cpu_ends_within_a_quarter_of_an_hour() -> None:
    seconds = load_recipe("cpu").train.seconds
    assert seconds is not None
    assert seconds <= 900


def test_noise_tells_nothing_of_the_image_at_the_end_of_a_straight_path() -> None:
    found = problem("flow", "diffusion.prediction=epsilon")
    assert found.code == "E160"
    assert underlined(found) == "epsilon"


def test_paper_is_ddpm_as_published() -> None:
    diffusion = load_recipe("paper").diffusion
    assert (diffusion.train_timesteps, diffusion.beta_schedule, diffusion.prediction) == (
        1000,
        "linear",
        "epsilon",
    )
    assert (diffusion.steps, diffusion.inversion, diffusion.noise_bias) == (1000, "fresh", 1.0)


def test_small_paper_is_paper_but_for_size_and_speed() -> None:
    small, paper = (load_recipe(name).model_dump() for name in ("paper_small", "paper"))
    changed = {
        f"{group}.{key}"
        for group, values in paper.items()
        for key in values
        if values[key] != small[group][key]
    }
    sizes = {"backbone.channels", "backbone.patch"}
    speed = {"steps", "seconds", "batch", "lr", "label_lr", "device", "threads"}
    shown = {"sample_every", "checkpoint_every"}
    assert changed == sizes | {f"train.{key}" for key in speed | shown}
    assert [8 * width for width in small["backbone"]["channels"]] == list(paper["backbone"]["channels"])


def test_defaults_are_a_recipe(write) -> None:
    assert load_recipe(write("# nothing yet\n")) == Recipe()


def test_every_key_is_described_once() -> None:
    rows = describe()
    assert len({row.key for row in rows}) == len(rows)
    assert all(row.help and row.type for row in rows)
    expected = {f"{group}.{key}" for group, values in Recipe().model_dump().items() for key in values}
    assert {row.key for row in rows} == expected


@pytest.mark.parametrize("row", describe(), ids=lambda row: row.key)
def test_a_wrong_value_is_told_what_is_expected(row, write) -> None:
    group, key = row.key.split(".")
    found = problem(write(f"{group}:\n  {key}: {{x: [y]}}\n"))
    assert found.code in ("E156", "E157")
    assert f"`{row.key}`" in found.message
    assert underlined(found) in ("{x: [y]}", "[y]")


def test_recipes_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Recipe().train.steps = 1


# Overrides


def test_overrides_are_laid_upon_the_recipe() -> None:
    recipe = load_recipe(
        "cpu", ["train.steps=2000", "train.betas=[0.8, 0.9]", "train.seconds=", "loss.kl=1e-3"]
    )
    assert (recipe.train.steps, recipe.train.betas, recipe.train.seconds) == (2000, (0.8, 0.9), None)
    assert recipe.loss.kl == 1e-3
    assert recipe.train.batch == load_recipe("cpu").train.batch


def test_the_last_override_counts() -> None:
    assert load_recipe("cpu", ["train.steps=7", "train.steps=9"]).train.steps == 9


def test_guidance_is_set_by_variable() -> None:
    recipe = load_recipe("cpu", ["diffusion.guidance={D: 2, C: 1}", "diffusion.guidance.C=1.5"])
    assert recipe.diffusion.guidance == {"D": 2.0, "C": 1.5}


@given(st.integers(1, 10**9), st.floats(1e-9, 1.0), st.booleans())
def test_an_override_gives_the_value_it_spells(steps: int, rate: float, flag: bool) -> None:
    spelled = [f"train.steps={steps}", f"train.lr={rate!r}", f"train.compile={str(flag).lower()}"]
    train = load_recipe("cpu", spelled).train
    assert (train.steps, train.lr, train.compile) == (steps, rate, flag)


def test_a_wrong_override_is_underlined_in_itself() -> None:
    found = problem("cpu", "train.steps=2.5")
    assert found.code == "E156"
    assert found.source is not None
    assert found.source.text == "--set train.steps=2.5"
    assert underlined(found) == "2.5"


@pytest.mark.parametrize("text", ["train.steps", "=3", "train..steps=3", ".=", "a b=3", "train.steps =3"])
def test_what_is_no_override(text: str) -> None:
    found = problem("cpu", text)
    assert found.code == "E159"
    assert underlined(found) == text


@pytest.mark.parametrize("key", ["extends", "train.extends", "nothing", "train", "a.b.c.d"])
def test_overriding_what_is_no_key(key: str) -> None:
    assert problem("cpu", f"{key}=gpu").code in ("E155", "E156")


def test_all_mistakes_come_at_once(write) -> None:
    path = write("train:\n  steps: many\n  bach: 3\nloss:\n  kl: -1\n")
    codes = sorted(d.code for d in problems(path, "nonsense", "code.size=0", "train.lr=["))
    assert codes == ["E152", "E155", "E156", "E157", "E157", "E159"]


# Mistakes in a file


def test_an_unknown_key_is_underlined_with_a_suggestion(write) -> None:
    found = problem(write("train:\n  stepps: 5\n"))
    assert (found.code, underlined(found)) == ("E155", "stepps")
    assert found.helps == ("did you mean `steps`?",)


def test_a_key_in_the_wrong_group_is_sent_home(write) -> None:
    assert problem(write("batch: 5\n")).helps == ("`batch` belongs to `train`",)


def test_a_choice_is_suggested(write) -> None:
    found = problem(write("train:\n  schedule: cosin\n"))
    assert (found.code, underlined(found)) == ("E157", "cosin")
    assert found.helps == ("did you mean `cosine`?",)
    assert "cosine, constant" in found.message


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("train: {steps: 0}", "E157", "0"),
        ("train: {steps: true}", "E156", "true"),
        ("train: {steps: '5'}", "E156", "'5'"),
        ("train: {lr: .inf}", "E157", ".inf"),
        ("train: {lr: .nan}", "E157", ".nan"),
        ("train: {lr: }", "E156", "lr"),
        ("train: {compile: yes}", "E156", "yes"),
        ("train: {betas: [0.9]}", "E157", "[0.9]"),
        ("train: {betas: [0.9, 1.0]}", "E157", "1.0"),
        ("train: {betas: 0.9}", "E156", "0.9"),
        ("train: 5", "E156", "5"),
        ("train: [1]", "E156", "[1]"),
        ("backbone: {channels: []}", "E157", "[]"),
        ("backbone: {channels: [32, x]}", "E156", "x"),
        ("diffusion: {guidance: {D: -1}}", "E157", "-1"),
        ("diffusion: {steps: 2000}", "E160", "2000"),
        ("diffusion: {train_timesteps: 10}", "E160", "10"),
        ("[1, 2]", "E156", "[1, 2]"),
        ("word", "E156", "word"),
    ],
)
def test_the_value_is_underlined(write, text: str, code: str, place: str) -> None:
    found = problem(write(text))
    assert (found.code, underlined(found)) == (code, place)


def test_an_empty_group_says_nothing(write) -> None:
    assert load_recipe(write("train:\n  # steps: 5\nloss:\n")) == Recipe()


def test_places_remember_the_text_that_decided(write) -> None:
    recipe = load_recipe(write("extends: cpu\ntrain: {steps: 77}\n"), ["loss.kl=0.5"])
    where = {key: recipe.place(key) for key in ("train.steps", "train.lr", "loss.kl")}
    names = {key: Path(place.source.name).name for key, place in where.items() if place}
    assert names == {"train.steps": "mine.yaml", "train.lr": "cpu.yaml", "loss.kl": "command line"}
    assert Recipe().place("train.steps") is None


# Extending


def test_a_recipe_extends_a_shipped_one(write) -> None:
    recipe = load_recipe(write("extends: paper\ntrain:\n  steps: 3\n"))
    assert recipe.train.steps == 3
    assert recipe.diffusion == load_recipe("paper").diffusion


def test_a_path_is_relative_to_the_file_that_says_it(write, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    write("extends: ./second.yaml\n", "base/first.yaml")
    write("train: {steps: 11}\n", "base/second.yaml")
    assert load_recipe(write("extends: base/first.yaml\n")).train.steps == 11


def test_a_circle_is_named(write) -> None:
    write("extends: b.yaml\n", "a.yaml")
    found = problem(write("extends: a.yaml\n", "b.yaml"))
    assert (found.code, underlined(found)) == ("E158", "b.yaml")
    assert "b.yaml -> a.yaml -> b.yaml" in found.message


def test_extending_has_a_bound(write) -> None:
    for i in range(40):
        write(f"extends: r{i + 1}.yaml\n", f"r{i}.yaml")
    assert problem(write("", "r40.yaml").with_name("r0.yaml")).code == "E158"


@pytest.mark.parametrize("value", ["[cpu]", "3", "null", "{a: b}"])
def test_extends_takes_a_name(write, value: str) -> None:
    assert problem(write(f"extends: {value}\n")).code == "E156"


def test_an_unknown_name_is_underlined_where_it_stands(write) -> None:
    found = problem(write("extends: gpuu\n"))
    assert (found.code, underlined(found)) == ("E151", "gpuu")
    assert found.helps[0] == "did you mean `gpu`?"


@pytest.mark.parametrize("name", ["cpuu", "", "CPU", ".."])
def test_no_such_recipe(name: str) -> None:
    assert problem(name).code in ("E150", "E151")


def test_unreadable_files(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"train: \xff\xfe")
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    large = tmp_path / "large.yaml"
    large.write_text("# " + "x" * (1 << 20))
    for path in (binary, folder, large, tmp_path / "none.yaml", tmp_path / "nul\0.yaml"):
        assert problem(path).code == "E150"


# The YAML underneath


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("train: &a {steps: 1}", "E153", None),
        ("train: *a", "E153", "*a"),
        ("train: !!python/object:os.system {}", "E153", None),
        ("train: {steps: !!int 3}", "E153", None),
        ("train:\n  <<: {steps: 3}", "E153", "<<"),
        ("train: {steps: 1}\n---\ntrain: {}", "E153", None),
        ("? [1]\n: 2", "E153", "[1]"),
        ('train: {steps: "\\ud83d\\ude00"}', "E153", None),
        ("train: {steps: 1, steps: 2}", "E154", "steps"),
        ("train: [", "E152", None),
        ("train:\n\tsteps: 1", "E152", None),
        ("train: '", "E152", None),
        ("train: \x07", "E152", "\x07"),
        ("[" * 1000, "E153", None),
    ],
)
def test_yaml_that_recipes_do_without(write, text: str, code: str, place: str | None) -> None:
    found = problem(write(text))
    assert found.code == code
    if place is not None:
        assert underlined(found) == place


def test_a_repeated_key_points_at_the_first() -> None:
    source = Source("r", "a: 1\nb: 2\na: 3\n")
    with pytest.raises(ScmError) as caught:
        read_yaml(source)
    (found,) = caught.value.diagnostics
    assert found.span is not None
    assert (found.span.start, found.notes[0].span) == (10, Span(0, 1))


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("1e-3", 1e-3),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-2", -2),
        ("017", 17),
        ("0x10", 16),
        ("0o17", 15),
        ("no", "no"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("~", None),
        ("null", None),
        ("True", True),
        ("'1'", "1"),
        ('"true"', "true"),
        ("9" * 60, "9" * 60),
        ("-.inf", float("-inf")),
    ],
)
def test_scalars_are_those_of_yaml_1_2(word: str, value: object) -> None:
    read = plain(read_yaml(Source("r", f"key: {word}\n")))
    assert read == {"key": value}
    assert type(read["key"]) is type(value)


keys = st.text("abcxyz_", min_size=1, max_size=5).filter(lambda k: k not in ("y", "n"))
words = st.text(st.characters(max_codepoint=0xD7FF), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | words
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


def written(document: object) -> str:
    """The document as JSON, with YAML's word for a float that is infinite; a string keeps its own."""
    text = json.dumps(document, allow_nan=True)
    return re.sub(r'"(?:[^"\\]|\\.)*"|Infinity', lambda m: ".inf" if m[0] == "Infinity" else m[0], text)


@given(st.dictionaries(keys, documents, min_size=1, max_size=4))
@example({"a": "Infinity", "b": [float("-inf")]})
def test_json_is_read_as_json(document: dict[str, object]) -> None:
    """YAML 1.2 contains JSON; every document comes back as it was."""
    assert listed(plain(read_yaml(Source("r", written(document))))) == document


@given(st.dictionaries(keys, documents, min_size=1, max_size=4), st.integers(0, 30))
def test_a_span_holds_the_text_of_its_value(document: dict[str, object], offset: int) -> None:
    """Reading a value's own span again gives the value: spans are exact, at any offset."""
    text = " " * offset + written(document)
    tree = read_yaml(Source("r", text), offset)
    assert isinstance(tree, Table)
    for entry in tree.entries.values():
        span = entry.node.place.span
        assert plain(read_yaml(Source("again", "k: " + text[span.start : span.end]))) == {
            "k": plain(entry.node)
        }


@given(st.text(alphabet="[]{}:,-?&*!|>'\"%@` \n\tab1#", max_size=60))
def test_any_text_is_read_or_diagnosed(text: str) -> None:
    try:
        read_yaml(Source("r", text))
    except ScmError as error:
        spans = [d.span for d in error.diagnostics]
        assert all(span is not None and 0 <= span.start <= span.end <= len(text) for span in spans)


def listed(value: object) -> object:
    """Tuples as lists."""
    if isinstance(value, tuple):
        return [listed(item) for item in value]
    return {k: listed(v) for k, v in value.items()} if isinstance(value, dict) else value
