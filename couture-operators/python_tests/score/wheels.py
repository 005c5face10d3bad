"""Airflow's wheels, as far as the score needs them: their example DAGs, unpacked in a cache folder."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

# What carries example DAGs: version of Airflow, packages, and for each folder of DAG files its name here.
WHEELS = {
    "1.10.15": (
        ["apache-airflow==1.10.15"],
        {"airflow/example_dags/": "example_dags", "airflow/contrib/example_dags/": "contrib"},
    ),
    "2.10.5": (["apache-airflow==2.10.5"], {"airflow/example_dags/": "example_dags"}),
    "3.3.2": (
        ["apache-airflow-core==3.3.2", "apache-airflow-providers-standard==1.21.0"],
        {"airflow/example_dags/": "core", "airflow/providers/standard/example_dags/": "standard"},
    ),
}


def folders(cache, version):
    """The folders of DAG files of that version, as ``{name: path}``; they are downloaded at the first call.

    Raises ``subprocess.CalledProcessError`` where pip cannot get them.
    """
    packages, sources = WHEELS[version]
    target = Path(cache) / version
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        pip += ["--no-deps", "--ignore-requires-python", "--only-binary", ":all:", "--dest", str(target)]
        subprocess.run(pip + packages, check=True)
        for wheel in sorted(target.glob("*.whl")):
            unpack(wheel, sources, target)
            wheel.unlink()
        (target / "complete").touch()
    return {name: target / name for name in sources.values()}


def unpack(wheel, sources, target):
    """Copies the folders of DAG files out of one wheel."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            for source, name in sources.items():
                if member.startswith(source) and not member.endswith("/"):
                    path = target / name / member[len(source) :]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(archive.read(member))
