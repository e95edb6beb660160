"""Writing files: whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from microgrid._util.files import check_writable, write_atomic

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="a matter of POSIX systems")


def test_text_is_written_as_utf8_with_plain_newlines(tmp_path: Path) -> None:
    write_atomic(tmp_path / "new.txt", "∂loss\n勾配\n")
    assert (tmp_path / "new.txt").read_bytes() == "∂loss\n勾配\n".encode()


def test_half_a_surrogate_pair_is_written_as_json_reads_it(tmp_path: Path) -> None:
    write_atomic(tmp_path / "new.json", '"w\ud800"')
    assert (tmp_path / "new.json").read_bytes() == rb'"w\ud800"'
    assert json.loads((tmp_path / "new.json").read_text(encoding="utf-8")) == "w\ud800"


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write_atomic(str(tmp_path / "new.bin"), b"\x00\xff\r\n")
    assert (tmp_path / "new.bin").read_bytes() == b"\x00\xff\r\n"


def test_old_content_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("a much longer old content")
    write_atomic(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@posix_only
def test_readers_of_the_old_file_keep_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")
    with path.open() as reader:
        write_atomic(path, "new")
        assert reader.read() == "old"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("failing", ["os.fsync", "pathlib.Path.replace"])
def test_failure_leaves_the_old_content_and_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, error: BaseException
) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fail(*_: object) -> None:  # when all is written, but nothing has been put in its place yet
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(failing, fail)
        with pytest.raises(type(error)):
            write_atomic(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_error_names_the_path_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 300)
    with pytest.raises(OSError, match="nnn") as caught:
        write_atomic(path, "new")
    assert caught.value.filename == str(path)


def test_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomic(folder, "new")
    assert list(tmp_path.iterdir()) == [folder]
    assert folder.is_dir()


@posix_only
def test_symbolic_link_stays_one_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path, link = tmp_path / "real" / "file.txt", tmp_path / "link.txt"
    path.write_text("old")
    link.symlink_to(path)
    write_atomic(link, "new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert not path.is_symlink()


@posix_only
@pytest.mark.parametrize("writes", [check_writable, lambda path: write_atomic(path, "new")])
@pytest.mark.parametrize("links", [{"a": "a"}, {"a": "b", "b": "a"}])
def test_symbolic_links_in_a_circle_are_refused_and_stay(
    writes: Callable[[Path], None], links: dict[str, str], tmp_path: Path
) -> None:
    for link, file in links.items():
        (tmp_path / link).symlink_to(tmp_path / file)
    with pytest.raises(OSError, match="symbolic links") as refused:
        writes(tmp_path / "a")
    assert (refused.value.errno, refused.value.filename) == (errno.ELOOP, str(tmp_path / "a"))
    assert {path.name: str(path.readlink()) for path in tmp_path.iterdir()} == {
        link: str(tmp_path / file) for link, file in links.items()
    }


@posix_only
def test_mode_of_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")
    path.chmod(0o640)
    write_atomic(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix_only
def test_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    write_atomic(tmp_path / "new.txt", "new")
    (tmp_path / "other.txt").write_text("other")
    assert (tmp_path / "new.txt").stat().st_mode == (tmp_path / "other.txt").stat().st_mode


@posix_only
def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"  # stands for /dev/stdout
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomic(pipe, "new")
        assert os.read(reader, 100) == b"new"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@posix_only
def test_device_is_written_to_where_its_folder_may_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: str(path) == os.devnull)
    check_writable(os.devnull)
    write_atomic(os.devnull, "new")


@pytest.mark.parametrize("name", ["file.txt", "folder/file.txt"])
def test_folder_that_is_there_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "folder").mkdir()
    check_writable(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    check_writable(name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


writing = pytest.mark.parametrize("writes", [check_writable, lambda path: write_atomic(path, "new")])


@writing
def test_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path, writes: Callable[[Path], None]) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no such folder to write to: .*file\.txt'$"):
        writes(tmp_path / "nowhere" / "file.txt")


@writing
def test_file_in_the_place_of_a_folder_is_refused(tmp_path: Path, writes: Callable[[Path], None]) -> None:
    (tmp_path / "file.txt").write_text("old")
    with pytest.raises(FileNotFoundError, match=r"other\.txt'$"):
        writes(tmp_path / "file.txt" / "other.txt")


def test_name_that_ends_as_one_of_a_folder_is_none_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="this is a folder"):
        write_atomic(f"{tmp_path / 'new'}/", "new")
    assert not [*tmp_path.iterdir()]


def test_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="this is a folder; expected the name of a file"):
        check_writable(tmp_path)
