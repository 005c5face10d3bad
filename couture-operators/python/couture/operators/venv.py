"""Virtual environments, made once for each list of requirements."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import List, Optional

from couture.exceptions import AirflowException

_READY = ".ready"


def made_venv(
    requirements: List[str],
    version: Optional[str] = None,
    system_site_packages: bool = True,
    pip_options: Optional[List[str]] = None,
    index_urls: Optional[List[str]] = None,
    cache: Optional[str] = None,
) -> str:
    """The Python of a virtual environment that has `requirements`. Two attempts that want the same one wait for each other.

    It is kept below `cache`, else COUTURE_VENV_CACHE, else the folder of temporary files. Raises AirflowException where it cannot be made.
    """
    base = _interpreter(version)
    options = list(pip_options or [])
    recipe = [base, sorted(requirements), system_site_packages, options, index_urls]
    key = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:16]
    cache = cache or os.environ.get("COUTURE_VENV_CACHE") or os.path.join(tempfile.gettempdir(), f"couture-venvs-{os.getuid()}")
    os.makedirs(cache, mode=0o700, exist_ok=True)
    if os.stat(cache).st_uid != os.getuid():
        raise AirflowException(f"the folder of virtual environments {cache} belongs to somebody else")
    folder = os.path.join(cache, f"venv-{key}")
    with open(os.path.join(cache, f"{key}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(os.path.join(folder, _READY)):
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, base, requirements, system_site_packages, options, index_urls)
            with open(os.path.join(folder, _READY), "w"):
                pass
    return os.path.join(folder, "bin", "python")


def _interpreter(version: Optional[str]) -> str:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    if version is None or version in (own, str(sys.version_info.major), "%d.%d.%d" % sys.version_info[:3]):
        return getattr(sys, "_base_executable", None) or sys.executable
    found = shutil.which(f"python{'.'.join(version.split('.')[:2])}")
    if found is None:
        raise AirflowException(f"there is no Python {version} here: install it, or leave python_version out")
    return found


def _make(folder: str, base: str, requirements: List[str], system: bool, options: List[str], index_urls: Optional[List[str]]) -> None:
    command = [base, "-m", "venv", folder]
    if system:
        command.append("--system-site-packages")
    if not requirements:
        command.append("--without-pip")
    _run(command, "make a virtual environment")
    if not requirements:
        return
    print(f"installing {', '.join(requirements)}", flush=True)
    urls: List[str] = []
    for position, url in enumerate(index_urls or []):
        urls += ["--index-url" if position == 0 else "--extra-index-url", url]
    listed = os.path.join(folder, "requirements.txt")
    with open(listed, "w") as file:
        file.write("\n".join(requirements) + "\n")
    pip = [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--disable-pip-version-check", "-q"]
    _run([*pip, *options, *urls, "-r", listed], "install the requirements")


def _run(command: List[str], what: str) -> None:
    sys.stdout.flush()
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    code = subprocess.call(command, stdin=subprocess.DEVNULL, env=env)
    if code:
        raise AirflowException(f"failed to {what}: {os.path.basename(command[0])} returned {code}")
