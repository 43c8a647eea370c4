"""Numbered errors of imports and exports (导入导出错误)."""

from __future__ import annotations

from collections.abc import Sequence

from mingbai.common.errors import RegisterError, error_from
from mingbai.tables import FileReport

CATALOGUE: dict[str, tuple[str, str]] = {
    "INTAKE-001": (
        "文件太大：{size} MB，最多 {limit} MB；请按乡镇分开，或改存为 xlsx 后再上传",
        "the file is too large: {size} MB of at most {limit} MB; split it by township or save it as xlsx",
    ),
    "INTAKE-002": (
        "这个文件不是表格（{found}）；请上传 xlsx、xls、ods、docx、csv 或 parquet",
        "this file is no table ({found}); upload xlsx, xls, ods, docx, csv or parquet",
    ),
    "INTAKE-003": (
        "这个文件解开后大得不正常，没有打开；请用表格软件另存一份再上传",
        "this file would unpack to an unreasonable size and was not opened; save it anew and upload that",
    ),
    "INTAKE-004": (
        "文件是空的，没有内容可以导入；请检查后重新上传",
        "the file is empty, there is nothing to import; check it and upload again",
    ),
    "INTAKE-005": (
        "保存的文件 {file} 打不开或被改动过；请重新上传原文件",
        "the stored file {file} cannot be opened or was altered; upload the original again",
    ),
    "INTAKE-006": (
        "没有一个文件能读成表格，登记簿没有改动；请先用“先查一张表”（或命令 mingbai tables check）看原因",
        "no file could be read as a table, nothing was changed; the bench or mingbai tables check says why",
    ),
    "INTAKE-007": (
        "没有 id 为 {batch} 的导入批次（或您无权查看）；请用 mingbai batches list 查编号",
        "there is no import batch {batch} (or it is not yours to see); look it up with mingbai batches list",
    ),
    "INTAKE-008": (
        "这个登记簿标为合成数据，第 {row} 行的证件号码不是 99 开头，没有采用：真实名单不能进演示库",
        "this register is marked synthetic; row {row} has an ID number that does not begin with 99 and was "
        "refused: no real list belongs into a demonstration",
    ),
    "INTAKE-009": (
        "文件 {file} 标有“合成数据”，而这个登记簿是真实的；请确认没有拿错文件",
        "the file {file} is marked synthetic but this register is real; make sure it is the right file",
    ),
    "INTAKE-010": (
        "撤销要写明理由；没有改动任何内容",
        "an undo needs a reason; nothing was changed",
    ),
    "INTAKE-011": (
        "没有叫 {layout} 的导出格式；可用：{known}",
        "there is no layout {layout} to export; known are {known}",
    ),
    "INTAKE-012": (
        "要写出 {rows} 行，超过一个文件的 {limit} 行；请把 --out 指到一个文件夹，按乡镇分成多个文件",
        "{rows} rows are more than the {limit} of one file; let --out name a folder for a file a township",
    ),
    "INTAKE-013": (
        "{division} 下没有可导出的户；请核对区划代码和日期",
        "there is no household to export under {division}; check the division code and the day",
    ),
    "INTAKE-014": (
        "没有 id 为 {file} 的已收文件；请重新上传",
        "there is no stored file {file}; upload it again",
    ),
    "INTAKE-015": (
        "导出文件夹 {folder} 里已经有别的文件；请换一个空文件夹",
        "the folder {folder} holds other files already; choose an empty one",
    ),
    "INTAKE-016": (
        "另一次导入（批次 {batch}）正在进行；请等它结束或先停止它，再重新导入",
        "another import (batch {batch}) is under way; wait for it or stop it, then import again",
    ),
    "INTAKE-017": (
        "{file} 第 {row} 行：这个人不在登记簿里，名单也没有说是哪一户，没有采用；请补上户编号",
        "{file} row {row}: this person is not in the register and no household is named; add its number",
    ),
    "INTAKE-018": (
        "这几列指成了同一项：{columns}；一项只能有一列，请改其中一列，或选“不读”",
        "these columns are said to be the same: {columns}; only one can be, leave the others unread",
    ),
    "INTAKE-019": (
        "看不出每一行是谁的：请指出哪一列是编号，或者哪一列是证件号码",
        "rows cannot be told apart: say which column is the number, or which is the ID number",
    ),
    "INTAKE-020": (
        "选的项这里没有；请刷新这一页再选",
        "one of the columns is said to be what there is not here; load the page anew and choose again",
    ),
    "INTAKE-021": (
        "一次最多取舍 {most} 行，选了 {count} 行；请先只看一种，分几次选",
        "at most {most} rows are decided at a time, {count} were picked; narrow the list and do it in parts",
    ),
    "INTAKE-022": (
        "取来表的要写明理由；什么也没有改",
        "to take the list's value needs a reason; nothing was changed",
    ),
    "INTAKE-023": (
        "已经按这次演练写入了，不能再改取舍；请重新演练一次",
        "this dry run has been written already; make another to choose differently",
    ),
}


class NothingReadError(RegisterError):
    """No file could be read as a table (INTAKE-006); `files` says what was made of each sheet."""

    def __init__(self, files: Sequence[FileReport]) -> None:
        super().__init__("INTAKE-006", CATALOGUE["INTAKE-006"], {})
        self.files = files


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)
