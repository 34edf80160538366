"""The members of an uncompressed tar file, found by its headers alone, with nothing unpacked.

A header of 512 bytes says a member's name, size and kind (POSIX 1003.1, ustar). Read are plain files. What
could reach outside, or make a reader hold more than it should, is refused: links, devices, names with ``..``
or from the root, headers that change a name or a size, and members of more than :data:`LARGEST` bytes. PAX
headers that only tell times and owners, as Python writes them, are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from scmlang.diagnostics.base import Diagnostic, ScmError

BLOCK = 512
LARGEST = 1 << 28
EXTENDED = 1 << 13  # bytes of a PAX header
HARMLESS = frozenset({"mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment", "charset"})


@dataclass(frozen=True)
class Member:
    """A plain file in a tar file: its name, and where its bytes are."""

    name: str
    offset: int
    size: int


class _Refused(Exception):
    """Why a tar file is not read."""


def tar_members(path: Path) -> list[Member]:
    """The plain files of a tar file, in order.

    Raises:
        ScmError: E213 when it cannot be read, is no tar file, is torn, or has a member that is refused.
    """
    try:
        length = path.stat().st_size
        with path.open("rb") as file:
            return list(_members(file, length))
    except OSError as error:
        raise ScmError([_problem(path, error.strerror or str(error))]) from None
    except _Refused as refused:
        raise ScmError([_problem(path, str(refused))]) from None


def read_member(file: BinaryIO, member: Member) -> bytes:
    """The bytes of a member of an open tar file."""
    file.seek(member.offset)
    return file.read(member.size)


def _problem(path: Path, why: str) -> Diagnostic:
    helps = ("a shard is an uncompressed tar file of metadata.csv and images, see docs/scaling.md",)
    return Diagnostic("E213", f"the shard `{path}` cannot be used: {why}", helps=helps)


def _members(file: BinaryIO, length: int) -> Iterator[Member]:
    position = 0
    while True:
        header = file.read(BLOCK)
        if header == bytes(BLOCK):
            return
        if len(header) < BLOCK:
            raise _Refused("it ends amid its members" if position else "it is no tar file")
        size = _checked_size(header)
        start, position = position + BLOCK, position + BLOCK + -(-size // BLOCK) * BLOCK
        name, kind = _name(header), header[156:157]
        if start + size > length:
            raise _Refused(f"`{name}` is cut off")
        if kind in (b"x", b"g"):
            _check_extended(file, size)
        elif kind in (b"0", b"\0"):
            _check_plain(name, size)
            yield Member(name, start, size)
        elif kind != b"5":
            raise _Refused(f"`{name}` is no plain file (kind {kind.decode('latin-1')!r})")
        file.seek(position)


def _checked_size(header: bytes) -> int:
    """The size of a member whose header has the checksum that it says."""
    wanted = _octal(header[148:156])
    if wanted != sum(header[:148]) + 8 * ord(" ") + sum(header[156:]):
        raise _Refused("it is no tar file, or compressed, or damaged")
    size = _octal(header[124:136])
    if size is None:
        raise _Refused("a header says no size")
    return size


def _octal(field: bytes) -> int | None:
    text = field.strip(b" \0")
    return int(text, 8) if text and all(digit in b"01234567" for digit in text) else None


def _name(header: bytes) -> str:
    own = header[:100].split(b"\0")[0]
    prefix = header[345:500].split(b"\0")[0] if header[257:262] == b"ustar" else b""
    # The GNU format has times in the place of the prefix, and no longer names here.
    joined = own if header[257:265] == b"ustar  \0" or not prefix else prefix + b"/" + own
    return joined.decode("utf-8", "backslashreplace")


def _check_plain(name: str, size: int) -> None:
    place = PurePosixPath(name)
    if not place.parts or place.is_absolute() or ".." in place.parts or set(name) & set("\\:\0"):
        raise _Refused(f"`{name}` is no path within it")
    if size > LARGEST:
        raise _Refused(f"`{name}` has {size} bytes, over the limit of {LARGEST}")


def _check_extended(file: BinaryIO, size: int) -> None:
    """A PAX header is lines ``LENGTH KEY=VALUE``."""
    if size > EXTENDED:
        raise _Refused(f"it has an extended header of {size} bytes, over the limit of {EXTENDED}")
    rest = file.read(size)
    while rest:
        length, _, _ = rest.partition(b" ")
        count = int(length) if length.isdigit() and len(length) < 6 else 0
        key = rest[len(length) + 1 : count].partition(b"=")[0].decode("utf-8", "backslashreplace")
        if not count or key not in HARMLESS:
            raise _Refused(f"it has an extended header that sets `{key}`" if count else "it is damaged")
        rest = rest[count:]
