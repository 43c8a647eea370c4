"""Build hook: compiles the message catalogues and takes the policy packs into the wheel."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):
    """Runs for wheels, source archives and editable installs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        compile_catalogues(root / "src" / "mingbai" / "locale")
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
