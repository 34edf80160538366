"""A trained image mechanism for other programs: from labels and noise to pictures.

Purpose: what is needed to generate, and nothing that only training or abduction of labels needs. Needs an
artefact; guarantees that what it writes is safetensors and JSON, read back as the same function. The classes
that :mod:`scmlang.deploy.components` defines are named in files, so their modules and names stay.
"""

from __future__ import annotations

CODES: dict[str, str] = {"E224": "a generator that cannot be written or read"}
