"""get_file: names in the cache, hashes, what stays on failure; and safe unpacking."""

import hashlib
import io
import os
import stat
import tarfile
import zipfile

import pytest

from keras.utils import archives, files
from keras.utils.archives import extract_archive, is_archive
from keras.utils.files import DownloadError, cache_folder, get_file
from keras.utils.transfer_progress import TransferProgress

CONTENT = b"some content"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def server(tmp_path):
    """A folder with files to download, as the URLs of its files."""
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "a.txt").write_bytes(CONTENT)
    with tarfile.open(folder / "d.tar.gz", "w:gz") as archive:
        archive.add(folder / "a.txt", "d/sub/a.txt")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.writestr("d/", "")
        archive.writestr("d/a.txt", CONTENT)
    return lambda name: (folder / name).as_uri()


def tree(folder):
    return sorted(os.path.relpath(os.path.join(base, name), folder) for base, _, names in os.walk(folder) for name in names)


def test_download_and_cache(home, server, capsys):
    path = get_file("b.txt", server("a.txt"))
    assert path == str(home / "datasets" / "b.txt") and (home / "datasets" / "b.txt").read_bytes() == CONTENT
    assert "Downloading a.txt: 0.0 of 0.0 MB (100 %)" in capsys.readouterr().err
    (home / "datasets" / "b.txt").write_bytes(b"changed")
    get_file("b.txt", server("a.txt"))
    assert (home / "datasets" / "b.txt").read_bytes() == b"changed"
    get_file("b.txt", server("a.txt"), force_download=True)
    assert (home / "datasets" / "b.txt").read_bytes() == CONTENT
    assert stat.S_IMODE((home / "datasets" / "b.txt").stat().st_mode) == 0o644


def test_places(home, server, tmp_path):
    assert get_file(origin=server("a.txt"), cache_subdir="models") == str(home / "models" / "a.txt")
    assert get_file(origin=server("a.txt"), cache_dir=str(tmp_path / "other")) == str(tmp_path / "other" / "datasets" / "a.txt")
    assert get_file(origin=server("a.txt"), cache_subdir=str(tmp_path / "abs")) == str(tmp_path / "abs" / "a.txt")


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_hash_is_checked_and_found_by_its_length(home, server, algorithm, capsys):
    right = hashlib.new(algorithm, CONTENT).hexdigest()
    get_file("a.txt", server("a.txt"), file_hash=right)
    (home / "datasets" / "a.txt").write_bytes(b"damaged")
    get_file("a.txt", server("a.txt"), file_hash=right.upper())
    assert (home / "datasets" / "a.txt").read_bytes() == CONTENT
    assert f"does not have the {algorithm}" in capsys.readouterr().err


def test_wrong_hash_keeps_the_cache_as_it_was(home, server):
    with pytest.raises(ValueError, match=r"is not the expected one: its md5 is [0-9a-f]{32}, expected 0{32}\. Nothing was kept"):
        get_file("a.txt", server("a.txt"), md5_hash="0" * 32)
    assert tree(home) == []
    with pytest.raises(ValueError, match=r"file_hash must be a hexadecimal md5, sha1, sha256 or sha512 digest\. Got '00'"):
        get_file("a.txt", server("a.txt"), file_hash="00")
    with pytest.raises(ValueError, match="hash_algorithm must be 'auto'"):
        get_file("a.txt", server("a.txt"), file_hash="00", hash_algorithm="crc")


def test_failures_leave_nothing(home, server):
    with pytest.raises(DownloadError, match=r"Could not download file://.*nothing\.txt: "):
        get_file("x.txt", server("nothing.txt"))
    assert tree(home) == []


def test_download_that_breaks_off(home, server, monkeypatch):
    class Response(io.BytesIO):
        headers = {"Content-Length": "100"}

    monkeypatch.setattr(files.urllib.request, "urlopen", lambda *args, **kwargs: Response(CONTENT))
    with pytest.raises(DownloadError, match="broke off after 12 of 100 bytes"):
        get_file("x.txt", "https://example.org/x.txt")
    assert tree(home) == []


def test_http_error(home, monkeypatch):
    def refuse(url, timeout):
        raise files.urllib.error.HTTPError(url, 404, "Not Found", {}, None)

    monkeypatch.setattr(files.urllib.request, "urlopen", refuse)
    with pytest.raises(DownloadError, match=r"x\.txt: the server answered 404 \(Not Found\)"):
        get_file("x.txt", "https://example.org/x.txt")


@pytest.mark.parametrize(
    ("fname", "name", "options", "folder", "kept"),
    [
        ("d", "d.tar.gz", {"untar": True}, "d", "d_archive"),
        ("e.tar.gz", "d.tar.gz", {"extract": True}, "e_extracted", "e.tar.gz"),
        (None, "z.zip", {"extract": True}, "z.zip", "z.zip_archive"),
        ("y.zip", "z.zip", {"extract": True, "archive_format": "zip"}, "y_extracted", "y.zip"),
    ],
)
def test_extraction_and_its_names(home, server, fname, name, options, folder, kept):
    path = get_file(fname, server(name), **options)
    assert path == str(home / "datasets" / folder)
    inside = "d/sub/a.txt" if "tar" in name else "d/a.txt"
    assert tree(home / "datasets") == sorted([f"{folder}/{inside}", kept])
    assert (home / "datasets" / folder / inside).read_bytes() == CONTENT
    assert get_file(fname, server(name), **options) == path


def test_no_archive(home, server):
    with pytest.raises(ValueError, match=r"is no archive of the format 'auto'\. Pass extract=False"):
        get_file("a.txt", server("a.txt"), extract=True)
    with pytest.raises(ValueError, match="archive_format must be 'auto', 'tar', 'zip' or None. Got 'rar'"):
        get_file("a.txt", server("a.txt"), extract=True, archive_format="rar")


@pytest.mark.parametrize("fname", ["../x", "a/b", "a\\b", "/x", "..", ".", "", "a\0b"])
def test_names_with_folders(home, server, fname):
    with pytest.raises(ValueError, match=r"fname must be a plain file name, without folders\. Got"):
        get_file(fname, server("a.txt"))


@pytest.mark.parametrize("origin", ["file:///d/..", "file:///d/.", "file:///d/", "https://example.org"])
def test_origins_without_a_name(home, origin):
    with pytest.raises(ValueError, match=r"does not end in a file name\. Pass one"):
        get_file(origin=origin)


def test_origins_that_are_refused(home):
    with pytest.raises(ValueError, match="get_file needs the URL of the file"):
        get_file("x")
    with pytest.raises(ValueError, match="origin must be a URL that begins with http:, https:"):
        get_file("x", "data:,hello")
    # A slash hidden as %2F is a folder too.
    with pytest.raises(ValueError, match="does not end in a file name|fname must be a plain file name"):
        get_file(origin="https://example.org/..%2F..%2F")


def test_cache_folder_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(files.tempfile, "gettempdir", lambda: str(tmp_path))
    folder = cache_folder()
    assert folder.is_dir() and stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    folder.parent.chmod(0o755)
    with pytest.raises(PermissionError, match="Set KERAS_HOME to a folder of your own"):
        cache_folder()


def tar_of(path, *members):
    with tarfile.open(path, "w") as archive:
        for name, content, kind in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.linkname = content
                archive.addfile(info)


REGULAR, SYMLINK, HARDLINK = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


@pytest.mark.parametrize(
    "members",
    [
        [("../escaped", b"x", REGULAR)],
        [("/escaped", b"x", REGULAR)],
        [("a/../../escaped", b"x", REGULAR)],
        [("a/../b", b"x", REGULAR)],
        [("a\\..\\..\\escaped", b"x", REGULAR)],
        [("C:\\escaped", b"x", REGULAR)],
        [("C:escaped", b"x", REGULAR)],
        [("link", ".", SYMLINK), ("link/../escaped", b"x", REGULAR)],
        [("link", "/etc/hostname", SYMLINK)],
        [("ok", b"x", REGULAR), ("../hard", "ok", HARDLINK)],
        [("hard", "ok", HARDLINK)],
        [("fifo", "", tarfile.FIFOTYPE)],
    ],
)
def test_tar_members_that_are_refused(tmp_path, monkeypatch, members):
    # The check is against the folder that is unpacked to, not against the current one.
    monkeypatch.chdir("/")
    tar_of(tmp_path / "evil.tar", ("first", b"ok", REGULAR), *members)
    with pytest.raises(ValueError, match="leads out of the folder|only plain files"):
        extract_archive(tmp_path / "evil.tar", tmp_path / "out")
    assert tree(tmp_path) == ["evil.tar"] and not (tmp_path / "out").exists()


def test_zip_members_that_are_refused(tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    for member in ["../escaped", "/escaped", "a\\..\\..\\escaped", link]:
        with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
            archive.writestr("first", "ok")
            archive.writestr(member, "x")
        with pytest.raises(ValueError, match="leads out of the folder|is a link"):
            extract_archive(tmp_path / "evil.zip", tmp_path / "out")
    assert tree(tmp_path) == ["evil.zip"]


def test_zip_with_a_name_twice(tmp_path):
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a", "2")
    with pytest.raises(ValueError, match="holds 'a' twice"):
        extract_archive(tmp_path / "twice.zip", tmp_path / "out")


def test_bombs(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_EXPANSION", 5)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(100_000))
    with pytest.raises(ValueError, match="refused as an archive bomb"):
        extract_archive(tmp_path / "bomb.zip", tmp_path / "out")
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    tar_of(tmp_path / "many.tar", ("a", b"x", REGULAR), ("b", b"x", REGULAR))
    with pytest.raises(ValueError, match="unpacks to 2 members"):
        extract_archive(tmp_path / "many.tar", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_bytes_are_counted_while_they_are_written(tmp_path):
    with pytest.raises(ValueError, match="unpacks to more than it may"), TransferProgress("test", None, io.StringIO()) as progress:
        archives._copy(io.BytesIO(bytes(100)), tmp_path / "x", 99, progress)


def test_unpacking_into_a_folder_that_exists(tmp_path):
    (tmp_path / "out" / "d").mkdir(parents=True)
    (tmp_path / "out" / "d" / "old").write_text("old")
    tar_of(tmp_path / "a.tar", ("d/new", b"new", REGULAR))
    assert extract_archive(tmp_path / "a.tar", tmp_path / "out")
    assert tree(tmp_path / "out") == ["d/new", "d/old"]


def test_formats(tmp_path):
    tar_of(tmp_path / "a.tar", ("x", b"x", REGULAR))
    assert is_archive(tmp_path / "a.tar") and is_archive(tmp_path / "a.tar", ["zip", "tar"])
    assert not is_archive(tmp_path / "a.tar", "zip") and not is_archive(tmp_path / "a.tar", None)
    assert extract_archive(tmp_path / "a.tar", tmp_path / "out", None) is False


def test_progress_is_drawn_by_time(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("keras.utils.transfer_progress.time.monotonic", lambda: now[0])

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    with TransferProgress("File", 4_000_000, stream) as progress:
        for _ in range(4):
            now[0] += 0.15
            progress.add(1_000_000)
    lines = [line.strip() for line in stream.getvalue().split("\r") if line]
    assert lines == [
        "File: 2.0 of 4.0 MB (50 %), 6.7 MB/s, 0 s left",
        "File: 4.0 of 4.0 MB (100 %), 6.7 MB/s",
        "File: 4.0 of 4.0 MB (100 %), 6.7 MB/s",
    ]
