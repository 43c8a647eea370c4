"""Numbered errors of serving the site (服务错误)."""

from __future__ import annotations

from mingbai.common.errors import RegisterError, error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "SERVE-001": (
        "数据库还差 {count} 项表结构变更，没有启动；请先执行 mingbai migrate",
        "the database lacks {count} migrations, nothing was started; run `mingbai migrate` first",
    ),
    "SERVE-002": (
        "连不上数据库（{detail}），没有启动；请看数据库是否在运行、DATABASE_URL 是否写对",
        "the database cannot be reached ({detail}), nothing was started; see whether it runs and "
        "whether DATABASE_URL is right",
    ),
    "SERVE-003": (
        "库里有演示账号，它们的密码人人知道，所以只在本机 127.0.0.1 上开放，不在 {host} 上开放；"
        "要给别人用，请另建一个库（换 MINGBAI_DATA 或 DATABASE_URL），不装演示数据",
        "the database holds demonstration accounts whose passwords everybody knows: it is served on "
        "localhost alone, not on {host}. For others, make another database (MINGBAI_DATA or DATABASE_URL) "
        "without them",
    ),
    "SERVE-004": (
        "要在 {host} 上开放，还要写明别人用什么名字或地址访问：MINGBAI_HOSTS=register.example,10.0.0.5；"
        "现在只有 {known}，别处来的请求会被拒绝",
        "to serve on {host}, say under which names it is reached: MINGBAI_HOSTS=register.example,10.0.0.5. "
        "Now it is {known} alone, and every request from elsewhere would be refused",
    ),
    "SERVE-005": (
        "证书或私钥用不了（{detail}）：证书是 PEM 格式，私钥是不加密的 PKCS#8（BEGIN PRIVATE KEY）；"
        "可用 openssl pkcs8 -topk8 -nocrypt 转换",
        "the certificate or its key cannot be used ({detail}): PEM, the key as unencrypted PKCS#8 "
        "(BEGIN PRIVATE KEY); `openssl pkcs8 -topk8 -nocrypt` converts it",
    ),
    "SERVE-006": (
        "{host}:{port} 用不了（{detail}）；可能已有程序占用。请停掉那个程序，或换一个空着的端口："
        "--port {other}",
        "{host}:{port} cannot be used ({detail}); another program may have it. Stop that one, or take a "
        "port that is free: --port {other}",
    ),
    "SERVE-007": (
        "{folder} 里不是这个地方的演示，没有改动；请换 --out，或自己移走这个文件夹",
        "{folder} holds no demonstration of this place; nothing was changed. Choose another --out, or move "
        "the folder away yourself",
    ),
    "SERVE-008": (
        "{folder} 里的演示正在准备或正在运行；请先在那个窗口按 Ctrl+C，再运行一次",
        "the demonstration in {folder} is being prepared or served already; press Ctrl+C in that window "
        "first, then run again",
    ),
}  # fmt: skip


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)
