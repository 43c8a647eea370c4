"""Numbered errors of the API (接口错误)."""

from __future__ import annotations

from mingbai.common.errors import RegisterError, error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "API-001": (
        "没有令牌，或令牌已过期、已收回；请在请求头 Authorization 中写 Bearer 和有效的令牌",
        "no token, or it has expired or was revoked; send the header Authorization: Bearer and a valid token",
    ),
    "API-002": (
        "找不到。可能没有这一项，也可能不在这个令牌的范围内；请核对编号，或请签发人扩大范围",
        "not found. It may not exist or may lie outside the token's scope; check the key or ask the issuer",
    ),
    "API-003": (
        "请求的内容不合要求；请看 fields 里每一项的说明后改正",
        "the request does not fit the description; see each entry of fields and correct it",
    ),
    "API-004": (
        "没有办成，什么也没有写入；请稍后再试，仍不行就把时间和地址告诉管理员",
        "it did not work, nothing was written; try again later, then tell the administrator time and address",
    ),
    "API-005": (
        "主题“{topic}”不能在这里登记：没有这个主题，或它不属于这类对象，或它是逐笔登记的；请看接口说明",
        "topic “{topic}” cannot be recorded here: unknown, about another subject, or kept as single entries",
    ),
}  # fmt: skip


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)
