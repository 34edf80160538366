"""What a generator is built from, as JSON: a model's text and a recipe, both bounded where they are read."""

from __future__ import annotations

from importlib.metadata import version

from pydantic import BaseModel, ConfigDict, Field

from scmlang.train.artefact import Artefact
from scmlang.train.plugins import Plugin
from scmlang.train.recipe import Recipe

SCHEMA = 1


class GeneratorRecord(BaseModel):
    """The content of ``generator.json``.

    Attributes:
        schema_version: 1; written as ``schema``.
        scmlang: the version that wrote it.
        model_source, model_text: the model, as of the run.
        recipe: as resolved.
        step: optimiser steps behind the weights.
        plugins: what it takes from other packages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_name=True)

    schema_version: int = Field(default=SCHEMA, alias="schema")
    scmlang: str
    model_source: str
    model_text: str
    recipe: Recipe
    step: int
    plugins: tuple[Plugin, ...] = ()


def record_of(artefact: Artefact) -> GeneratorRecord:
    """That of a trained model."""
    run = artefact.run.record
    return GeneratorRecord(
        scmlang=version("scmlang"),
        model_source=run.model_source,
        model_text=run.model_text,
        recipe=run.recipe,
        step=artefact.step,
        plugins=run.plugins,
    )
