"""The project's own files agree with each other, and importing stays cheap."""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

LONGEST = 220  # lines of a module


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads(text("pyproject.toml"))


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a checkout")
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if found.returncode:
        pytest.skip(f"git does not list the files here: {found.stderr.strip()}")
    return [name for name in found.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_environment(project: dict):
    found = yaml.safe_load(text("environment.yml"))
    assert found["name"] == project["project"]["name"]
    assert found["channels"] == ["conda-forge"]
    *packages, pip = found["dependencies"]
    assert pip == {"pip": ["-c constraints.txt", "-e .[openvino]"]}
    wanted = dict((*package.split(" ", 1), "")[:2] for package in packages)
    assert set(wanted) == {"python", "pip", "rust"}
    assert wanted["python"] == project["project"]["requires-python"]


def test_every_line_of_the_environment_says_why():
    lines = text("environment.yml").partition("\ndependencies:\n")[2].splitlines()
    entries = [line for line in lines if line.lstrip().startswith("- ") and not line.endswith("- pip:")]
    assert len(entries) == 5
    for line in entries:
        assert re.search(r" # \w.{10,}", line), line


def direct(project: dict) -> list[str]:
    lists = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    lists += project["dependency-groups"].values()
    return [line for each in lists for line in each if isinstance(line, str)]


def test_constraints(project: dict):
    lines = [line for line in text("constraints.txt").splitlines() if line and not line.startswith("#")]
    pins = [Requirement(line) for line in lines]  # an option such as an index is not a requirement
    assert all(re.fullmatch(r"==[^*,]+", str(pin.specifier)) and pin.url is None for pin in pins)
    for line in direct(project):
        wanted = Requirement(line)
        pinned = [pin for pin in pins if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
        assert pinned, f"{wanted.name} is not in constraints.txt: run `make constraints`"
        for pin in pinned:
            (version,) = pin.specifier
            assert wanted.specifier.contains(version.version), f"{pin} does not fit {wanted}"


def test_constraints_name_no_source():
    assert not re.search("://|^ *-", text("constraints.txt"), re.MULTILINE)


SLOW = ("numpy", "onnx", "onnxruntime", "pandas", "anywidget", "plotly")


@pytest.mark.parametrize("module", ["helpers", "helpers.cli", "helpers.engines"])
def test_import_is_cheap(module: str):
    said = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*(name for name in {SLOW} if name in sys.modules))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == []


# In parts, so that this file does not hold them.
HOSTS = (
    *("pypi" + ".org", "pypi" + ".python", "python" + "hosted", "crates" + ".io", "npm" + "js.", "anaconda" + ".org"),
    *("index" + "-url", "extra" + "-index", "proxy" + ".golang", "mirrors" + "."),
)


def test_no_file_names_a_source_of_packages(tracked: list[str]):
    for name in tracked:
        data = (ROOT / name).read_bytes().lower()
        assert [host for host in HOSTS if host.encode() in data] == [], name


def test_no_lock_file_of_crates(tracked: list[str]):
    assert [name for name in tracked if Path(name).name == "Cargo.lock"] == []


def test_makefile():
    targets = set(re.findall(r"^(\w+):", text("Makefile"), re.MULTILINE))
    assert {"lab", "test"} <= targets
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    assert targets == set(phony.split())


def test_ci_runs_the_tests():
    lines = [line for line in text(".ci/run").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert "make test" in lines


@pytest.mark.parametrize("path", sorted((ROOT / "helpers").rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_modules_are_small(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_licence(project: dict):
    assert project["project"]["license"] == "MIT"
    assert text("LICENSE").startswith("MIT License\n")
    for name in project["project"]["license-files"]:
        assert (ROOT / name).is_file()


def test_the_readme_of_an_index_page():
    """It has neither pictures nor links that lead to files of a clone."""
    said = importlib.metadata.metadata("onnx-engine-lab")["Description"]
    assert said.startswith("# ONNX Engine Lab")
    assert "<picture" not in said
    assert "<img" not in said
    assert re.findall(r"\]\((?!https?://|#)", said) == []
    assert "The index is in notebooks/README.md." in said


@pytest.mark.parametrize(
    "package", sorted({path.parent for path in (ROOT / "helpers").glob("*/__init__.py")}), ids=lambda path: path.name
)
def test_no_module_takes_the_place_of_a_function_of_its_package(package: Path):
    """A module that is imported is set in its package: ``engines.table()`` was no function any more."""
    name = f"helpers.{package.name}"
    public = set(getattr(importlib.import_module(name), "__all__", ()))
    modules = {path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()}
    code = "import importlib, sys; [importlib.import_module(f'{sys.argv[1]}.{each}') for each in sys.argv[2:]]\n"
    code += "print(*(each for each in sys.argv[2:] if not callable(getattr(sys.modules[sys.argv[1]], each))))"
    shared = sorted(public & modules)
    done = subprocess.run([sys.executable, "-c", code, name, *shared], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")
