"""Unpacking of downloaded zip and tar archives that may have been made to do harm.

Nothing is written before the list of members has been checked: no member leaves the folder, none is a link or a device,
and the number of members and the bytes they unpack to are capped. Bytes are counted while they are written, because the
sizes that an archive declares need not be true.
"""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

from keras.utils.transfer_progress import TransferProgress

MAX_MEMBERS = 2_000_000
MAX_BYTES = 2**40
#: The strongest compression that deflate can reach is about 1,032 to 1; honest data stays far below this.
MAX_EXPANSION = 1_100
_CHUNK = 2**20

Member = tuple[str, bool, int, Callable[[], IO[bytes] | None]]


def is_archive(path: str | os.PathLike[str], archive_format: str | list[str] | tuple[str, ...] | None = "auto") -> bool:
    """Whether the file is an archive of one of the formats ("auto": tar or zip)."""
    return any(_MATCHES[name](path) for name in _formats(archive_format))


def extract_archive(
    path: str | os.PathLike[str], folder: str | os.PathLike[str], archive_format: str | list[str] | tuple[str, ...] | None = "auto"
) -> bool:
    """Unpacks an archive into `folder`, which is complete or untouched afterwards.

    Arguments:
        path: archive file.
        folder: folder to make or to add to.
        archive_format: "auto", "tar", "zip", a list of these, or None (no format).
    Returns: True, or False if the file is no archive of these formats.
    Raises: ValueError, before anything is written into `folder`, if a member would leave it, is a link or a device, or unpacks to too much.
    """
    for name in _formats(archive_format):
        if not _MATCHES[name](path):
            continue
        target = Path(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            _extract_into(staging, Path(path), name)
            _move_into(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return True
    return False


def _formats(archive_format: Any) -> list[str]:
    if archive_format is None:
        return []
    names = ["tar", "zip"] if archive_format == "auto" else [archive_format] if isinstance(archive_format, str) else list(archive_format)
    for name in names:
        if name not in _MATCHES:
            raise ValueError(f"archive_format must be 'auto', 'tar', 'zip' or None. Got {name!r}.")
    return names


_MATCHES: dict[str, Callable[[Any], bool]] = {"tar": tarfile.is_tarfile, "zip": zipfile.is_zipfile}


def _extract_into(staging: Path, path: Path, archive_format: str) -> None:
    open_archive: Callable[[Path], Any] = tarfile.open if archive_format == "tar" else zipfile.ZipFile
    with open_archive(path) as archive:
        members = list(_tar_members(archive) if archive_format == "tar" else _zip_members(archive))
        allowed = min(MAX_BYTES, max(path.stat().st_size, 1024) * MAX_EXPANSION)
        if len(members) > MAX_MEMBERS or sum(size for _, _, size, _ in members) > allowed:
            raise ValueError(f"{path.name} unpacks to {len(members)} members of more than {allowed} bytes: refused as an archive bomb.")
        written = 0
        with TransferProgress(f"Unpacking {path.name}", sum(size for _, _, size, _ in members)) as progress:
            for name, is_folder, _, open_member in members:
                destination = staging.joinpath(*PurePosixPath(name).parts)
                if is_folder:
                    destination.mkdir(parents=True, exist_ok=True)
                    continue
                destination.parent.mkdir(parents=True, exist_ok=True)
                written += _copy(open_member(), destination, allowed - written, progress)


def _copy(source: IO[bytes] | None, destination: Path, allowed: int, progress: TransferProgress) -> int:
    """Writes one member; raises ValueError when it is longer than `allowed`."""
    written = 0
    if source is None:
        raise ValueError(f"The archive holds no data for {destination.name!r}.")
    with source, open(destination, "xb") as target:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > allowed:
                raise ValueError(f"The archive unpacks to more than it may ({MAX_EXPANSION} times its size): refused as an archive bomb.")
            target.write(chunk)
            progress.add(len(chunk))
    return written


def _tar_members(archive: tarfile.TarFile) -> Iterator[Member]:
    for info in archive:
        if not (info.isfile() or info.isdir()):
            kind = "a link" if info.issym() or info.islnk() else "a special file"
            raise ValueError(f"The archive member {info.name!r} is {kind}; only plain files and folders are unpacked.")
        yield _safe_name(info.name), info.isdir(), info.size, partial(archive.extractfile, info)


def _zip_members(archive: zipfile.ZipFile) -> Iterator[Member]:
    seen: set[str] = set()
    for info in archive.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise ValueError(f"The archive member {info.filename!r} is a link or a special file; only plain files are unpacked.")
        name = _safe_name(info.orig_filename)
        if name in seen:
            raise ValueError(f"The archive holds {name!r} twice.")
        seen.add(name)
        yield name, info.is_dir(), info.file_size, partial(archive.open, info)


def _safe_name(name: str) -> str:
    """`name` as a relative path with slashes. Raises ValueError if it could lead out of the folder on any system."""
    windows = PureWindowsPath(name)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not name or "\0" in name or name.startswith("/") or windows.drive or windows.root or ".." in parts:
        raise ValueError(f"The archive member {name!r} leads out of the folder it is unpacked to.")
    return "/".join(parts)


def _move_into(staging: Path, target: Path) -> None:
    """Moves the unpacked tree to its place: in one step if `target` is new, else file by file."""
    if not target.exists():
        # mkdtemp makes private folders; this one is to look like any other.
        staging.chmod(0o777 & ~_umask())
        os.replace(staging, target)
        return
    for folder, _, files in os.walk(staging):
        destination = target / Path(folder).relative_to(staging)
        destination.mkdir(parents=True, exist_ok=True)
        for name in files:
            os.replace(Path(folder) / name, destination / name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
