"""A cold ``scmlang check`` against ``import networkx``, which any checker of diagrams would load."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROUNDS = 11
MODEL = Path(__file__).parent.parent / "examples" / "bar_mnist" / "frontdoor.scm"
COMMANDS = {
    "check": [sys.executable, "-m", "scmlang", "check", str(MODEL)],
    "networkx": [sys.executable, "-c", "import networkx"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    check, networkx = median(times["check"]), median(times["networkx"])
    print(f"scmlang check, cold: {check:.3f} s, {check / networkx:.2f} x import networkx ({networkx:.3f} s)")


if __name__ == "__main__":
    main()
