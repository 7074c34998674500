"""What is installed: our own names, pinned with hashes and without addresses."""

import json
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["domain", "projections", "adapters"])
def test_no_other_distribution_owns_our_import_names(name: str) -> None:
    owners = packages_distributions().get(name, ["adisteme"])
    assert set(owners) == {"adisteme"}


def test_our_import_names_are_the_folders_of_this_project() -> None:
    import adapters
    import domain
    import projections

    for package in (domain, projections, adapters):
        assert package.__file__ is not None
        assert Path(package.__file__).parent.parent == ROOT


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_by_hash_and_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text and "--index-url" not in text
    entries = re.sub(r"\\\n\s*", " ", text).splitlines()
    pinned = [line for line in entries if line and not line.startswith("#")]
    assert len(pinned) > 10
    for line in pinned:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+ ", line), line
        assert "--hash=sha256:" in line, line


def test_the_lock_file_of_npm_pins_by_hash_and_names_no_address() -> None:
    folder = ROOT / "tests" / "contract" / "asyncapi_parser"
    lock = json.loads((folder / "package-lock.json").read_bytes())
    wanted = json.loads((folder / "package.json").read_bytes())["dependencies"]
    assert lock["packages"][""]["dependencies"] == wanted
    pinned = {name: one for name, one in lock["packages"].items() if name}
    assert len(pinned) > 10
    for name, one in pinned.items():
        assert one["version"] and one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name
