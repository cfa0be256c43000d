"""What is shipped: the package whole, and nothing beside it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import saleor_loyalty

ROOT = Path(saleor_loyalty.__file__).parent.parent


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The names of the files in a wheel built now, by way of a source distribution."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", target, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = target.glob("*.whl")
    assert wheel.name == f"saleor_loyalty-{saleor_loyalty.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_package_is_shipped(shipped):
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "saleor_loyalty").rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".po"}
    }

    assert ours - shipped == set()


def test_nothing_else_is_shipped(shipped):
    others = {name for name in shipped if not name.startswith("saleor_loyalty")}

    assert others == set()


def test_the_license_travels_along(shipped):
    assert f"saleor_loyalty-{saleor_loyalty.__version__}.dist-info/licenses/LICENSE" in shipped
