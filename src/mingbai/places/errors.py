"""Numbered errors of divisions and what is counted on them (区划与口径错误)."""

from __future__ import annotations

from mingbai.common.errors import RegisterError, error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "PLACE-001": (
        "这个数据库还没有登记库；请先执行 mingbai migrate 并建库",
        "this database has no register yet; run mingbai migrate and create one",
    ),
    "PLACE-002": (
        "“合成数据”的标记在建库时定下，不能更改；真实名单请放进新建的数据库",
        "whether a register is synthetic is said when it is made and stays; put a real list into a new "
        "database",
    ),
    "PLACE-003": (
        "登记库已经建好（{division}）；一个数据库只有一个",
        "the register exists already ({division}); a database has one",
    ),
    "PLACE-004": (
        "真实登记库按当天工作，不能另设工作日期；只有合成库可以",
        "a real register works today and takes no working date; only a synthetic one does",
    ),
    "PLACE-005": (
        "合成库只收 99 开头的证件号码，第 {position} 个不是；请确认没有把真实名单导进演示库",
        "a synthetic register takes ID numbers under the prefix 99 only, number {position} is not; "
        "make sure that no real list goes into a demonstration",
    ),
    "PLACE-006": (
        "区划代码 {division} 不对：{detail}",
        "the code {division} is wrong: {detail}",
    ),
    "PLACE-007": (
        "{day} 没有代码为 {division} 的区划；请核对代码和日期",
        "there is no division {division} on {day}; check code and day",
    ),
    "PLACE-008": (
        "{day} 已经有代码为 {division} 的区划；新代码要没有用着的",
        "there is a division {division} on {day} already; a new code must be free",
    ),
    "PLACE-009": (
        "{what}至少要 {least} 个不同的区划，收到 {count} 个",
        "{what} takes at least {least} different divisions, {count} given",
    ),
    "PLACE-010": (
        "区划 {division} 从 {later} 起另有登记，不能在 {day} 更改；请按先后顺序登记变更，或先撤销后面的",
        "division {division} has later entries from {later} on and cannot change on {day}; record changes "
        "in their order, or undo the later one first",
    ),
    "PLACE-011": (
        "{division} 在 {day} 没有“{universe}”口径的分母，比率算不出来；请先登记分母和出处",
        "{division} has no denominator {universe} on {day}, so that there is no rate; record one with "
        "its source",
    ),
    "PLACE-012": (
        "{division} 的分母是 0，比率没有意义；请核对 {day} 登记的分母",
        "the denominator of {division} is 0 and a rate means nothing; check the one of {day}",
    ),
    "PLACE-013": (
        "分子 {numerator} 大于分母 {denominator}（{division}，{day}）；口径不一致，请核对",
        "the numerator {numerator} exceeds the denominator {denominator} ({division}, {day}); they count "
        "different things",
    ),
    "PLACE-014": (
        "村情没有这些栏：{columns}；没有写入任何内容，请改正栏名",
        "the village profile has no columns {columns}; nothing was written, correct the names",
    ),
    "PLACE-015": (
        "{what}要写明出处；没有出处的数不能登记",
        "{what} needs its source; a figure without one is not recorded",
    ),
    "PLACE-016": (
        "第 {row} 行区划（{division}）不对：{detail}；没有装入任何内容",
        "row {row} of the divisions ({division}) is wrong: {detail}; nothing was loaded",
    ),
    "PLACE-017": (
        "{division} 在 {day} 没有“{kind}”的身份，不能结束",
        "{division} is not registered as {kind} on {day}; there is nothing to end",
    ),
    "PLACE-018": (
        "{division} 在 {day} 已经是“{kind}”；不用再登记",
        "{division} is registered as {kind} on {day} already",
    ),
    "PLACE-019": (
        "{what}的数是 {value}，不能小于 0",
        "{what} is {value}; it cannot be below 0",
    ),
    "PLACE-020": (
        "{division} 下面还有 {count} 个区划，不能先并掉或分掉它；请先给它们新代码",
        "{count} divisions lie under {division}, which cannot go first; give them new codes before",
    ),
    "PLACE-021": (
        "区划表读不了（要 UTF-8 的 csv 或 csv.gz）：{path}",
        "the roster cannot be read (UTF-8 csv or csv.gz wanted): {path}",
    ),
    "PLACE-022": (
        "区划表缺列：{columns}；请照自带的区划表补上",
        "the roster lacks the columns {columns}; add them as in the one that ships",
    ),
    "PLACE-023": (
        "区划表里没有这个地方（{division}）；请核对代码，或给出有它的区划表",
        "the roster does not have the place ({division}); check the code, or give a roster that has it",
    ),
    "PLACE-024": (
        "第 {line} 行（{text}）用不了：每行一个代码（6、9 或 12 位）和一个名称，不重复，上一级也要列出",
        "line {line} ({text}) cannot be used: a code of 6, 9 or 12 digits and a name on each line, none "
        "twice, and what lies above it listed too",
    ),
    "PLACE-025": (
        "文件不是 UTF-8 的 JSON，第 {line} 行第 {column} 个字处读不下去；请重新导出为 GeoJSON",
        "the file is no JSON in UTF-8, reading stops at line {line}, column {column}; export it again as "
        "GeoJSON, nothing was kept",
    ),
    "PLACE-026": (
        "文件里没有图形（最外层是 {kind}）；要一个 FeatureCollection，里面每个地方一个 Feature",
        "the file holds no features (it is {kind}); a FeatureCollection with a Feature a place is wanted",
    ),
    "PLACE-027": (
        "第 {number} 个图形是 {kind}，不能填色；请只导出面（Polygon 或 MultiPolygon）",
        "feature {number} is a {kind} and cannot be coloured; export areas only (Polygon or MultiPolygon)",
    ),
    "PLACE-028": (
        "坐标系是“{name}”，认不得；请换成经纬度（WGS 84 或 CGCS2000，EPSG:4326、EPSG:4490）再导出",
        "the coordinates are in {name}, which is not known here; export degrees (WGS 84 or CGCS2000, "
        "EPSG:4326 or EPSG:4490)",
    ),
    "PLACE-029": (
        "文件太大，最多 {most} {what}；请先简化边线，或按乡镇分开导入",
        "the file is too large, {most} {what} at most; simplify the lines first, or import by township",
    ),
    "PLACE-030": (
        "第 {number} 个图形没有区划代码（读到“{said}”，属性有 {names}）；请加属性 code，填 6、9 或 12 位代码",
        "feature {number} has no code of a division (found {said}, its properties are {names}); add a "
        "property code with 6, 9 or 12 digits",
    ),
    "PLACE-031": (
        "第 {number} 个图形的代码 {division} 在登记库的区划里没有；请核对代码，或先登记区划变更",
        "the code {division} of feature {number} is no division of the register; check it, or record the "
        "change of divisions first",
    ),
    "PLACE-032": (
        "第 {number} 个图形的代码 {division} 与第 {before} 个相同；一个地方请合成一个 MultiPolygon",
        "feature {number} has the code {division} of feature {before}; one place is one MultiPolygon",
    ),
    "PLACE-033": (
        "第 {number} 个图形（{division}）的边线不成圈：至少四个点，首尾相同，大于十米；请修好再导出",
        "the lines of feature {number} ({division}) are no rings: four points at least, the last like the "
        "first, larger than ten metres; mend and export it again",
    ),
    "PLACE-034": (
        "第 {number} 个图形里的坐标“{point}”不是经纬度；先经度后纬度，以度为单位，不用米",
        "the coordinates {point} in feature {number} are no degrees; longitude first, then latitude, in "
        "degrees and not in metres",
    ),
    "PLACE-035": (
        "没有存着的图形，不用撤下",
        "no shapes are kept, there is nothing to take down",
    ),
}  # fmt: skip


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)
