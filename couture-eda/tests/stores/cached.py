"""What the servers of tests are made of: fetched once, and kept in a folder for the next ones."""

import fcntl
import pathlib
import shutil


def made(cache, name, make):
    """The folder `name` in `cache`, which `make` fills where that was not done to its end. Others wait for who makes it."""
    folder = pathlib.Path(cache, name)
    with open(pathlib.Path(cache, f"{name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / "complete").touch()
    return folder
