"""`get_file`: a download that is checked, atomic, cached and safely unpacked."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from keras.core.config import keras_home
from keras.utils.archives import extract_archive
from keras.utils.transfer_progress import TransferProgress

_CHUNK = 2**20
_TIMEOUT_SECONDS = 60
_SCHEMES = ("http", "https", "ftp", "file")
_ALGORITHM_OF_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


class DownloadError(OSError):
    """A file could not be downloaded."""


def cache_folder(cache_subdir: str = "datasets", cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """The folder for cached files, made if it does not exist.

    Where the usual place cannot be written, a folder in the system's temporary folder that only this user can open.
    """
    base = (keras_home() if cache_dir is None else Path(cache_dir)).expanduser()
    folder = base / cache_subdir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        usable = False
    else:
        usable = os.access(folder, os.W_OK)
    if not usable:
        folder = _private_folder() / Path(cache_subdir).name
        folder.mkdir(exist_ok=True)
    return folder


def _private_folder() -> Path:
    """A folder under the system's temporary folder that no other user can have prepared."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    folder = Path(tempfile.gettempdir()) / f"keras-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or (hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o077)):
        raise PermissionError(f"The cache folder {folder} belongs to someone else. Set KERAS_HOME to a folder of your own.")
    return folder


def hash_file(path: str | os.PathLike[str], algorithm: str = "sha256") -> str:
    """The hexadecimal digest of a file, read in parts."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def hash_algorithm_of(digest: str, algorithm: str = "auto") -> str:
    """The hash function of a hexadecimal digest; "auto" tells it by the digest's length.

    Raises: ValueError if the function is not known, or no function has digests of this length.
    """
    if algorithm == "auto":
        if len(digest) not in _ALGORITHM_OF_LENGTH:
            raise ValueError(f"file_hash must be a hexadecimal md5, sha1, sha256 or sha512 digest. Got {digest!r} of length {len(digest)}.")
        return _ALGORITHM_OF_LENGTH[len(digest)]
    if algorithm not in _ALGORITHM_OF_LENGTH.values():
        raise ValueError(f"hash_algorithm must be 'auto', 'md5', 'sha1', 'sha256' or 'sha512'. Got {algorithm!r}.")
    return algorithm


def download(origin: str, path: str | os.PathLike[str], file_hash: str | None = None, hash_algorithm: str = "auto") -> None:
    """Downloads `origin` to `path`; the file appears only when it is complete and its hash is right.

    Raises: DownloadError if it cannot be fetched, ValueError if its hash differs or the URL's scheme is not accepted.
    """
    target = Path(path)
    if urlsplit(origin).scheme not in _SCHEMES:
        raise ValueError(f"origin must be a URL that begins with {', '.join(f'{scheme}:' for scheme in _SCHEMES)}. Got {origin!r}.")
    algorithm = hash_algorithm_of(file_hash, hash_algorithm) if file_hash else "sha256"
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".part")
    try:
        with open(descriptor, "wb") as file:
            digest = _stream(origin, file, algorithm)
            file.flush()
            os.fsync(file.fileno())
        if file_hash and digest != file_hash.lower():
            raise ValueError(
                f"The file from {origin} is not the expected one: its {algorithm} is {digest}, expected {file_hash}. Nothing was kept. "
                "If the file was changed on purpose, pass the new hash as file_hash."
            )
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _stream(origin: str, file: Any, algorithm: str) -> str:
    """Copies the URL's bytes into `file` and returns their digest."""
    digest = hashlib.new(algorithm)
    name = origin.rpartition("/")[2]
    try:
        with urllib.request.urlopen(origin, timeout=_TIMEOUT_SECONDS) as response:
            length = response.headers.get("Content-Length")
            total = int(length) if length and length.isdigit() else None
            received = 0
            with TransferProgress(f"Downloading {name}", total) as progress:
                while chunk := response.read(_CHUNK):
                    file.write(chunk)
                    digest.update(chunk)
                    received += len(chunk)
                    progress.add(len(chunk))
    except urllib.error.HTTPError as error:
        raise DownloadError(f"Could not download {origin}: the server answered {error.code} ({error.reason}).") from error
    except OSError as error:
        raise DownloadError(f"Could not download {origin}: {getattr(error, 'reason', error)}.") from error
    if total is not None and received != total:
        raise DownloadError(f"The download of {origin} broke off after {received} of {total} bytes.")
    return digest.hexdigest()


def get_file(
    fname: str | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | list[str] | None = "auto",
    cache_dir: str | None = None,
    force_download: bool = False,
) -> str:
    """The path of a downloaded file (or of the folder it was unpacked to), downloaded only if the cache does not hold it.

    Arguments:
        fname: name of the file in the cache, without folders; None takes the last part of `origin`.
        origin: URL (http, https, ftp or file).
        untar: old spelling of `extract=True, archive_format="tar"`.
        md5_hash: old spelling of `file_hash` for md5.
        file_hash: hexadecimal digest the file must have; checked before anything is unpacked. None checks nothing.
        cache_subdir: folder under `cache_dir`, or an absolute path. Default "datasets".
        hash_algorithm: "auto" (by the length of the digest), "md5", "sha1", "sha256" or "sha512".
        extract: whether to unpack the file; the result is then the path of the folder.
        archive_format: "auto" (tar or zip), "tar", "zip", a list of these, or None.
        cache_dir: base folder; None means the environment variable KERAS_HOME, else `~/.keras`.
        force_download: whether to download also when the file is there.
    Returns: str, absolute path of the file; with `extract` of the folder: `fname` itself if it has no suffix, else its stem
        with "_extracted".
    Raises: ValueError if an argument is not accepted, the hash differs, or the archive is not safe; DownloadError (an OSError)
        if the file cannot be fetched. The cache is then as before.
    Source: keras.utils.get_file of Keras 3; links in archives and members outside the folder are refused, not skipped.
    """
    if not origin:
        raise ValueError("get_file needs the URL of the file. Write get_file(origin='https://...').")
    extract, archive_format = extract or untar, "tar" if untar else archive_format
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    file_name, folder_name = _cache_names(fname, origin, extract)
    folder = cache_folder(cache_subdir, cache_dir)
    path = folder / file_name
    fresh = force_download or not _is_cached(path, file_hash, hash_algorithm)
    if fresh:
        download(origin, path, file_hash, hash_algorithm)
    if not extract:
        return str(path)
    target = folder / folder_name
    if fresh and target.is_dir():
        shutil.rmtree(target)
    if not target.exists() and not extract_archive(path, target, archive_format):
        raise ValueError(f"{path} is no archive of the format {archive_format!r}. Pass extract=False to keep the file as it is.")
    return str(target)


def _cache_names(fname: str | None, origin: str, extract: bool) -> tuple[str, str]:
    """The names in the cache of the downloaded file and of the folder it is unpacked to."""
    name = fname if fname is not None else unquote(urlsplit(origin).path).rpartition("/")[2]
    if name in ("", ".", "..") and fname is None:
        raise ValueError(f"The URL {origin!r} does not end in a file name. Pass one: get_file('name.zip', origin=...).")
    if name in ("", ".", "..") or any(character in name for character in "/\\\0"):
        raise ValueError(f"fname must be a plain file name, without folders. Got {name!r}. Pass the folder as cache_dir and cache_subdir.")
    if not extract:
        return name, name
    stem = name[: -len(".tar.gz")] if name.endswith(".tar.gz") else Path(name).stem
    # Without a suffix of its own the name is that of the folder, and the archive gets another one.
    return (f"{name}_archive", name) if fname is None or stem == name else (name, f"{stem}_extracted")


def _is_cached(path: Path, file_hash: str | None, hash_algorithm: str) -> bool:
    if not path.is_file():
        return False
    if file_hash is None:
        return True
    algorithm = hash_algorithm_of(file_hash, hash_algorithm)
    if hash_file(path, algorithm) == file_hash.lower():
        return True
    print(f"{path} does not have the {algorithm} {file_hash}: downloading it again.", file=sys.stderr)
    return False
