"""Mechanism types: what a ``mechanism V: type(...)`` statement may name, one file each.

A type declares its options, says which variables it fits, and builds its network. It needs torch only to
build, so checking a file costs nothing. Third parties add a type by registering an instance of
:class:`~scmlang.mechanisms.base.LabelType` under the entry-point group ``scmlang.mechanisms``. Guarantees:
every variable of a checked model that :func:`~scmlang.mechanisms.assign.assign` accepts gets one type, whose
options are complete and in range.
"""

from __future__ import annotations

from importlib import import_module

from scmlang.mechanisms.base import MechanismType
from scmlang.registry import Registry

MECHANISMS: Registry[MechanismType] = Registry(
    "mechanism type", "scmlang.mechanisms", lambda entry: isinstance(entry, MechanismType)
)

_BUILT_IN = {
    "table": "TABLE",
    "mlp": "MLP",
    "cnn": "CNN",
    "diffusion": "DIFFUSION",
    "latent_diffusion": "LATENT_DIFFUSION",
    "cvae": "CVAE",
}


def _register(name: str, attribute: str) -> None:
    def load() -> MechanismType:
        entry: MechanismType = getattr(import_module(f"scmlang.mechanisms.{name}"), attribute)
        return entry

    MECHANISMS.register(name, load)


for _name, _attribute in _BUILT_IN.items():
    _register(_name, _attribute)
