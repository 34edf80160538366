"""The files: each case damages a copy of a sound folder and says what to run and which code must come.

The folder holds ``data`` (pictures and tables), ``runs/Strokes/1`` and ``strokes.scm``.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

MARK = "was-run"
HEADER = 33  # bytes of a PNG up to the end of its first chunk
Case = Callable[[Path], tuple[list[object], str]]
CASES: dict[str, Case] = {}


def case(build: Case) -> Case:
    CASES[build.__name__] = build
    return build


class Payload:
    """Unpickled, it leaves a mark."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.folder / MARK),)


def pickled(folder: Path) -> bytes:
    return pickle.dumps(Payload(folder))


def run_of(folder: Path) -> Path:
    return folder / "runs" / "Strokes" / "1"


def checkpoint(folder: Path) -> Path:
    return next((run_of(folder) / "checkpoints").glob("step_*"))


def ask(folder: Path, *more: object) -> list[object]:
    return ["query", "do(S=ring)", "--run", run_of(folder), "--out", folder / "out.png", "--steps", 1, *more]


def ask_of_picture(folder: Path, data: bytes) -> list[object]:
    path = folder / "picture.png"
    path.write_bytes(data)
    return ask(folder, "--image", path)


def learn(folder: Path, *more: object) -> list[object]:
    return ["train", folder / "strokes.scm", "--data", folder / "data", "--runs", folder / "new", *more]


def resealed(folder: Path, name: str, data: bytes) -> None:
    """Put ``data`` into a checkpoint's file, with the size and hash that its manifest then needs."""
    there = checkpoint(folder)
    (there / name).write_bytes(data)
    manifest = json.loads((there / "manifest.json").read_text())
    manifest["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (there / "manifest.json").write_text(json.dumps(manifest))


def chunk(kind: bytes, data: bytes, length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return struct.pack(">I", size) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, body: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def picture(folder: Path) -> bytes:
    return next((folder / "data" / "test").glob("*.png")).read_bytes()


# --- pictures


@case
def a_pickle_named_png(folder: Path) -> tuple[list[object], str]:
    return ask_of_picture(folder, pickled(folder)), "E129"


@case
def a_decompression_bomb(folder: Path) -> tuple[list[object], str]:
    return ask_of_picture(folder, png(60_000, 60_000, zlib.compress(bytes(1 << 24)))), "E132"


@case
def a_bomb_in_a_text_chunk(folder: Path) -> tuple[list[object], str]:
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 28)))
    sound = picture(folder)
    return ask_of_picture(folder, sound[:HEADER] + text + sound[HEADER:]), "E129"


@case
def a_small_picture_with_much_behind_it(folder: Path) -> tuple[list[object], str]:
    return ask_of_picture(folder, png(16, 16, zlib.compress(bytes(1 << 28)))), "E130"


@case
def a_truncated_picture(folder: Path) -> tuple[list[object], str]:
    return ask_of_picture(folder, picture(folder)[:60]), "E129"


@case
def an_oversized_chunk(folder: Path) -> tuple[list[object], str]:
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13), length=2**31 - 1)
    return ask_of_picture(folder, data), "E129"


@case
def an_archive_with_a_pictures_name(folder: Path) -> tuple[list[object], str]:
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("data.pkl", pickled(folder))
    return ask_of_picture(folder, (folder / "x.zip").read_bytes()), "E129"


@case
def entities_in_a_drawing(folder: Path) -> tuple[list[object], str]:
    return ask_of_picture(folder, laughs(b"svg")), "E129"


@case
def a_folder_with_a_pictures_name(folder: Path) -> tuple[list[object], str]:
    (folder / "picture.png").mkdir()
    return ask(folder, "--image", folder / "picture.png"), "E128"


@case
def an_empty_picture(folder: Path) -> tuple[list[object], str]:
    return ask_of_picture(folder, b""), "E129"


# --- names in metadata.csv


def named(folder: Path, name: str) -> list[object]:
    table = folder / "data" / "train" / "metadata.csv"
    lines = table.read_text().splitlines()
    column = lines[0].split(",").index("file_name")
    cells = lines[1].split(",")
    cells[column] = name
    table.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    return learn(folder)


@case
def a_name_that_climbs(folder: Path) -> tuple[list[object], str]:
    (folder / "secret.png").write_bytes(picture(folder))
    return named(folder, "../../secret.png"), "E127"


@case
def an_absolute_name(folder: Path) -> tuple[list[object], str]:
    (folder / "secret.png").write_bytes(picture(folder))
    return named(folder, str(folder / "secret.png")), "E127"


@case
def a_link_that_leaves(folder: Path) -> tuple[list[object], str]:
    (folder / "secret.png").write_bytes(picture(folder))
    (folder / "data" / "train" / "link.png").symlink_to(folder / "secret.png")
    return named(folder, "link.png"), "E127"


@case
def a_name_with_a_zero(folder: Path) -> tuple[list[object], str]:
    return named(folder, "a\0.png"), "E127"


@case
def a_device(folder: Path) -> tuple[list[object], str]:
    return named(folder, "/dev/zero"), "E127"


@case
def a_table_of_bytes(folder: Path) -> tuple[list[object], str]:
    (folder / "data" / "train" / "metadata.csv").write_bytes(bytes(range(256)) * 100)
    return learn(folder), "E122"


@case
def an_endless_cell(folder: Path) -> tuple[list[object], str]:
    return named(folder, "x" * (1 << 24)), "E122"


# --- checkpoints


@case
def a_pickle_in_the_place_of_the_weights(folder: Path) -> tuple[list[object], str]:
    resealed(folder, "model.safetensors", pickled(folder))
    return ask(folder), "E196"


@case
def a_header_longer_than_the_file(folder: Path) -> tuple[list[object], str]:
    resealed(folder, "model.safetensors", struct.pack("<Q", 1 << 62) + b"{}")
    return ask(folder), "E196"


@case
def a_header_of_a_gigabyte(folder: Path) -> tuple[list[object], str]:
    resealed(folder, "model.safetensors", struct.pack("<Q", 1 << 30) + b"{" + b" " * 1000)
    return ask(folder), "E196"


@case
def tensors_beyond_the_file(folder: Path) -> tuple[list[object], str]:
    header = json.dumps({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}).encode()
    resealed(folder, "model.safetensors", struct.pack("<Q", len(header)) + header)
    return ask(folder), "E196"


@case
def truncated_weights(folder: Path) -> tuple[list[object], str]:
    path = checkpoint(folder) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    return ask(folder), "E196"


@case
def a_flipped_bit(folder: Path) -> tuple[list[object], str]:
    path = checkpoint(folder) / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    return ask(folder), "E196"


@case
def weights_of_another_model(folder: Path) -> tuple[list[object], str]:
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    resealed(folder, "model.safetensors", struct.pack("<Q", len(header)) + header + bytes(4))
    return ask(folder), "E182"


@case
def a_manifest_that_climbs(folder: Path) -> tuple[list[object], str]:
    path = checkpoint(folder) / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["../../../../secret.safetensors"] = manifest["files"]["model.safetensors"]
    path.write_text(json.dumps(manifest))
    return ask(folder), "E196"


@case
def a_deep_manifest(folder: Path) -> tuple[list[object], str]:
    (checkpoint(folder) / "manifest.json").write_text("[" * 500_000)
    return ask(folder), "E196"


@case
def a_manifest_of_another_kind(folder: Path) -> tuple[list[object], str]:
    (checkpoint(folder) / "manifest.json").write_text('{"schema": 1, "files": {"state.json": [1, 2]}}')
    return ask(folder), "E196"


# --- records of runs


def recorded(folder: Path, **changes: object) -> list[object]:
    path = run_of(folder) / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return ask(folder)


@case
def a_class_by_name(folder: Path) -> tuple[list[object], str]:
    recipe = json.loads((run_of(folder) / "run.json").read_text())["recipe"]
    recipe["backbone"]["name"] = "os.system"
    return recorded(folder, recipe=recipe), "E189"


@case
def a_generator_by_name(folder: Path) -> tuple[list[object], str]:
    recipe = json.loads((run_of(folder) / "run.json").read_text())["recipe"]
    recipe["generator"]["name"] = "builtins.exec"
    return recorded(folder, recipe=recipe), "E218"


@case
def a_record_with_more_keys(folder: Path) -> tuple[list[object], str]:
    return recorded(folder, __class__="os.system"), "E192"


@case
def a_record_from_the_future(folder: Path) -> tuple[list[object], str]:
    return recorded(folder, schema=99), "E193"


@case
def a_model_that_is_no_model(folder: Path) -> tuple[list[object], str]:
    return recorded(folder, model_text="import os\nos.system('true')\n"), "E005"


# --- recipes


def recipe(folder: Path, text: str) -> list[object]:
    path = folder / "recipe.yaml"
    path.write_text(text)
    return learn(folder, "--recipe", path)


@case
def a_tag_that_constructs(folder: Path) -> tuple[list[object], str]:
    text = f"train: !!python/object/apply:os.mkdir [{folder / MARK}]\n"
    return recipe(folder, text), "E153"


@case
def aliases_that_multiply(folder: Path) -> tuple[list[object], str]:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    return recipe(folder, "\n".join(lines)), "E153"


@case
def a_deep_recipe(folder: Path) -> tuple[list[object], str]:
    return recipe(folder, "train: " + "[" * 60_000), "E153"


@case
def a_key_twice(folder: Path) -> tuple[list[object], str]:
    return recipe(folder, "train: {steps: 1, steps: 2}\n"), "E154"


@case
def an_endless_recipe(folder: Path) -> tuple[list[object], str]:
    return recipe(folder, "# " + "x" * (1 << 26)), "E150"


# --- models and graphs


def model(folder: Path, data: bytes) -> list[object]:
    path = folder / "hostile.scm"
    path.write_bytes(data)
    return ["check", path]


@case
def a_model_of_bytes(folder: Path) -> tuple[list[object], str]:
    return model(folder, bytes(range(128, 256)) * 100), "E002"


@case
def a_deep_expression(folder: Path) -> tuple[list[object], str]:
    text = "model M\nX: real\nX := " + "(" * 50_000 + "1" + ")" * 50_000
    return model(folder, text.encode()), "E007"


@case
def a_domain_without_end(folder: Path) -> tuple[list[object], str]:
    return model(folder, b"model M\nX: 0..1000000000000\n"), "E018"


@case
def a_number_without_end(folder: Path) -> tuple[list[object], str]:
    return model(folder, b"model M\nX: real\nX := 1e" + b"9" * 1_000_000 + b"\n"), "E009"


def laughs(root: bytes) -> bytes:
    entities = [b'<!ENTITY a0 "lol">']
    entities += [b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 12)]
    return b'<?xml version="1.0"?><!DOCTYPE x [%s]><%s>&a11;</%s>' % (b"".join(entities), root, root)


@case
def entities_that_multiply(folder: Path) -> tuple[list[object], str]:
    (folder / "x.graphml").write_bytes(laughs(b"graphml"))
    return ["import", folder / "x.graphml"], "E251"


@case
def an_entity_that_reads_a_file(folder: Path) -> tuple[list[object], str]:
    text = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><graphml>&e;</graphml>'
    (folder / "x.graphml").write_bytes(text)
    return ["import", folder / "x.graphml"], "E251"


@case
def a_deep_graph(folder: Path) -> tuple[list[object], str]:
    (folder / "x.json").write_text('{"a":' * 200_000)
    return ["import", folder / "x.json"], "E254"


# --- what evaluation keeps


def copied(base: Path, folder: Path) -> None:
    shutil.copytree(base, folder, symlinks=True)
