"""Names of variables as keys of torch's containers."""

from __future__ import annotations

from torch import nn

_TAKEN = frozenset(dir(nn.ModuleDict())) | frozenset(dir(nn.ParameterDict()))


def module_key(variable: str) -> str:
    """The key of a variable's part: its name, with ``-`` behind where the containers use it themselves.

    ``type`` and ``float`` are fair names for variables, but attributes of every module. No name of a
    variable holds a ``-``, so keys stay apart.
    """
    return f"{variable}-" if variable in _TAKEN else variable
