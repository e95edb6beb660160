"""Writing files: whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write `content` to `path`; if that fails, what was there before is still there.

    Text is written as UTF-8 with plain newlines on every system.

    Raises:
        OSError: the folder does not exist or cannot be written to, the disk is full …
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = Path(os.path.realpath(path))  # a symbolic link stays one
    if target.exists() and not target.is_file():  # a folder (an error), or a device such as /dev/stdout
        target.write_bytes(data)
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(data)
        if target.exists():
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None  # speak of the file that was asked for
        raise


def check_folder(path: str | os.PathLike[str]) -> None:
    """Make sure, before long work begins, that the folder of a file that will be written is there.

    Raises:
        FileNotFoundError: it is not.
    """
    folder = Path(path).resolve().parent
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder to write to", str(folder))
