"""Read the package's own files, and write files atomically."""

from __future__ import annotations

import contextlib
import errno
import os
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
SEPARATORS = (os.sep, os.altsep or os.sep)  # of folders in a path


@cache
def asset(name: str) -> str:
    """Return the text of a file that belongs to the package, such as "language/en.json"."""
    return (PACKAGE / name).read_text(encoding="utf-8")


def write_atomic(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write `content` to `path` atomically: if that fails, the previous file is unchanged.

    Text is written as UTF-8 with plain newlines on every system. A lone surrogate, which UTF-8 does not have, is
    written as an escape, which JSON reads back.

    Raises:
        OSError: as of `check_writable`; or the disk is full, the name is too long …
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    check_writable(path)
    if _is_device(Path(path)):  # such as /dev/null
        Path(path).write_bytes(data)
        return
    target = _linked_file(path)
    temporary = target.with_name(f".{target.name[:40]}.{os.urandom(6).hex()}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    except OSError as error:  # name the requested file
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None
    finally:
        with contextlib.suppress(OSError):  # it was moved into place, or never created
            temporary.unlink()


def check_writable(path: str | os.PathLike[str]) -> None:
    """Check, before long work begins, that its result can be written to `path`.

    Raises:
        FileNotFoundError: the folder is not there.
        IsADirectoryError: it is a folder itself.
        PermissionError: the folder, or the file that is there, may not be written to.
        OSError: it is a symbolic link that leads back to itself.
    """
    target = Path(path)
    if target.is_dir() or os.fspath(path).endswith(SEPARATORS):
        raise IsADirectoryError(errno.EISDIR, "this is a folder; expected the name of a file", os.fspath(path) or ".")
    folder = _linked_file(path).parent
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder to write to", os.fspath(path))
    for needed in (target,) if _is_device(target) else (target, folder):
        if needed.exists() and not os.access(needed, os.W_OK):
            raise PermissionError(errno.EACCES, "may not be written to", str(needed))


def _is_device(path: Path) -> bool:
    """Tell whether this is neither a file nor a folder, and is written to rather than replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _linked_file(path: str | os.PathLike[str]) -> Path:
    """Return the file to which symbolic links lead; the links stay."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():  # they lead in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), os.fspath(path))
    return target
