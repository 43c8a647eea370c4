"""An import from start to end (导入流程): keep the files, compare, write, put the difference beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from mingbai.audit.batches import sweep
from mingbai.common.errors import RegisterError
from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import Pack
from mingbai.intake.actions import Delivery, Imported, import_files
from mingbai.intake.choices import Choices
from mingbai.intake.claims import Asking
from mingbai.intake.errors import error
from mingbai.intake.examining import examine
from mingbai.intake.files import FileUpload, accept
from mingbai.intake.models import StoredFile
from mingbai.intake.work import Progress
from mingbai.intake.workbook import write_difference
from mingbai.places.models import Register
from mingbai.screening.inputs import schema_of
from mingbai.tables import Profile

_PACK = "cn"
_SOURCE_LENGTH = 64
_NO_TABLE = ("INTAKE-002", "INTAKE-004")


@dataclass(frozen=True)
class Request:
    """How somebody wants lists imported (导入申请), as a command or a screen says it."""

    as_of: date
    year: int | None = None
    pack_name: str | None = None
    source: str = ""
    whole: tuple[str, ...] = ()
    division: str = ""
    apply_gone: bool = False
    again: bool = False
    reason: str = ""
    password: str | None = None
    choices: Choices = field(default_factory=Choices)
    layouts: tuple[int, ...] = ()
    profiles: tuple[Profile, ...] = ()

    @property
    def asking(self) -> Asking:
        """The same for the comparison."""
        year = self.year or self.as_of.year
        return Asking(
            self.as_of, year, who(self.source), self.whole, self.division, self.choices,
            self.layouts,
        )  # fmt: skip


def run_import(
    *,
    actor: str,
    files: Sequence[Path],
    request: Request,
    stored: Sequence[StoredFile] = (),
    dry_run: bool = False,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Import files (导入), or only compare them; what a kill left is swept first.

    `stored`: the same files where they were accepted before. Raises INTAKE-001 to INTAKE-006 and INTAKE-016.
    """
    if not files:
        raise error("INTAKE-006")
    pack = register_pack(request.pack_name)
    if dry_run:
        found = examine(
            files, pack, request.asking, profiles=request.profiles, password=request.password,
            progress=progress,
        )  # fmt: skip
        imported = Imported(found)
    else:
        sweep()
        kept = stored or _accepted(files, actor)
        imported = import_files(
            actor=actor, pack=pack,
            delivery=Delivery(files, kept, request.password, request.profiles),
            asking=request.asking, apply_gone=request.apply_gone, again=request.again,
            reason=request.reason, progress=progress,
        )  # fmt: skip
    if out is not None and imported.difference is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_difference(imported.difference, schema_of(pack), out)
    return imported


def _accepted(files: Sequence[Path], actor: str) -> list[StoredFile]:
    """The files as they are kept. What is no table is left to reading, which names it."""
    kept = []
    for path in files:
        try:
            kept.append(accept(FileUpload(path), actor=actor))
        except RegisterError as refusal:
            if refusal.code not in _NO_TABLE or len(files) == 1:
                raise
    return kept


def register_pack(name: str | None) -> Pack:
    """The pack of this name, else the register's own, else the national one."""
    known = Register.objects.values_list("pack", flat=True).first()
    return load_pack(name or known or _PACK, with_cases=False)


def who(source: str) -> str:
    """A department by its short name is ``department:…``; what names its kind already stays."""
    if not source or ":" in source or source in ("household", "village", "handbook"):
        return source[:_SOURCE_LENGTH]
    return f"department:{source}"[:_SOURCE_LENGTH]
