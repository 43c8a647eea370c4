"""Serving the site (提供服务): refuse what is unfit, then granian, and the worker beside it if asked."""

from __future__ import annotations

import contextlib
import gc
import ipaddress
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection, connections

from mingbai.accounts.founding import is_unfounded
from mingbai.accounts.models import User
from mingbai.audit.batches import sweep
from mingbai.audit.canary import check_keys
from mingbai.config.errors import error
from mingbai.config.ports import check_free
from mingbai.config.readiness import missing_migrations
from mingbai.desk.start.opening import make_code

Say = Callable[[str], None]

#: One writer at a time is what SQLite has: more threads only fight over it (measured, ADR 0012).
PROCESSES_AND_THREADS = {"sqlite": (1, 1), "postgresql": (2, 8)}
#: Seconds until a worker that ended is started again; doubled up to the second figure.
RESTART_AFTER, RESTART_AT_MOST = 2.0, 60.0
LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]", "::1"}


def check_database() -> None:
    """Refuse to start (SERVE-001, SERVE-002, KEY-…): the database away, half made or of other keys."""
    try:
        missing = missing_migrations()
    except Error as problem:
        raise error("SERVE-002", detail=type(problem).__name__) from None
    if missing:
        raise error("SERVE-001", count=missing)
    check_keys()


def check_fit(host: str, certificate: Path | None = None, key: Path | None = None) -> None:
    """Refuse to serve (SERVE-001…005, KEY-…) before anything listens, with what to do in the message."""
    check_database()
    if not is_local(host):
        if User.objects.filter(demonstration=True).exists():
            raise error("SERVE-003", host=host)
        if set(settings.ALLOWED_HOSTS) <= LOCAL_NAMES:
            raise error("SERVE-004", host=host, known=", ".join(settings.ALLOWED_HOSTS))
    if certificate or key:
        _check_certificate(certificate, key)


def is_local(host: str) -> bool:
    """Whether only this machine reaches an address: 127.0.0.0/8, ::1 and localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def serve(
    *,
    host: str,
    port: int,
    say: Say,
    certificate: Path | None = None,
    key: Path | None = None,
    with_worker: bool = False,
) -> None:
    """Serve until SIGTERM or Ctrl+C; requests in hand are answered first. Raises SERVE-…, KEY-…."""
    check_fit(host, certificate, key)
    check_free(host, port)
    if not with_worker and (swept := sweep()):
        say(f"清理了 {swept} 个中断的批次 / swept {swept} batches that were cut off")
    scheme = "https" if certificate else "http"
    if is_unfounded():
        _lead(say, scheme, host, port)
    processes, threads = PROCESSES_AND_THREADS[connection.vendor]
    connections.close_all()  # a connection must not be shared with the processes that follow
    server = _server(host, port, certificate, key, processes, threads)
    say(f"明白已在 {scheme}://{host}:{port}/ 提供服务，Ctrl+C 停止 / serving, Ctrl+C stops")
    if not is_local(host) and not certificate:
        say("注意：没有证书，密码在网上明文传送 / no certificate: passwords travel in the open")
    supervisor = WorkerSupervisor(say) if with_worker else contextlib.nullcontext()
    with supervisor:
        server.serve(target_loader=load_application, wrap_loader=False)


def _lead(say: Say, scheme: str, host: str, port: int) -> None:
    """An empty register: say where it is founded; from elsewhere the page asks for the code of the link."""
    if is_local(host):
        address, more = host, ""
    else:
        address = next(one for one in settings.ALLOWED_HOSTS if one not in LOCAL_NAMES)
        more = f"?code={make_code()}"
    say("登记库还是空的，从这里开始 / the register is empty, begin here:")
    say(f"  {scheme}://{address}:{port}/start/{more}")


def _server(
    host: str, port: int, certificate: Path | None, key: Path | None, processes: int, threads: int
) -> Any:
    from granian import Granian
    from granian.constants import Interfaces, SSLProtocols
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    os.environ[_PARENT] = str(os.getpid())
    return Granian(
        target="mingbai.config.wsgi:application",
        address=host.strip("[]"), port=port, interface=Interfaces.WSGI, websockets=False,
        workers=processes, blocking_threads=threads, blocking_threads_idle_timeout=600,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        ssl_cert=certificate, ssl_key=key, ssl_protocol_min=SSLProtocols.tls12,
        log_level=LogLevels.warning, log_access=False,  # an address holds what was searched for
        respawn_failed_workers=True, workers_kill_timeout=10,
    )  # fmt: skip


_PARENT = "MINGBAI_SERVING_PROCESS"
_COLLECTED_AFTER = (20_000, 20, 20)


def load_application() -> Any:
    """In a serving process: the application, warm, and a watch on the process that started it."""
    threading.Thread(target=_leave_with_parent, daemon=True, name="parent").start()
    from mingbai.config.wsgi import application

    settle()
    connections.close_all()  # it belongs to this thread; requests are answered by others
    return application


def settle() -> None:
    """Load what requests wait for, and take it out of the collector's sight."""
    from mingbai.config.warming import warm_up

    warm_up()
    gc.freeze()  # models and templates stay: no collection need walk them
    gc.set_threshold(*_COLLECTED_AFTER)


def _leave_with_parent() -> None:
    """A parent that is killed cannot say so; its children would hold the port for good."""
    parent = int(os.environ[_PARENT])
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)
    os._exit(1)


class WorkerSupervisor:
    """One `mingbai worker` beside the server (照看后台进程): started again when it dies, gone when we go."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._leaving, self._started = threading.Event(), threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True, name="supervisor")

    def __enter__(self) -> WorkerSupervisor:
        self._thread.start()
        self._started.wait()  # before granian forks
        return self

    def __exit__(self, *exc: object) -> None:
        self._leaving.set()
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()  # what a worker --with-parent waits for
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join(timeout=5)

    def _keep(self) -> None:
        pause = RESTART_AFTER
        while not self._leaving.is_set():
            began = time.monotonic()
            # Without closing descriptors Python spawns instead of forking: granian forks in the main thread,
            # and its fork in the middle of ours would keep our pipe open and hang us.
            self._process = subprocess.Popen(
                [sys.executable, "-c", _WORKER, "worker", "--with-parent"],
                stdin=subprocess.PIPE,
                close_fds=False,
            )
            self._started.set()
            code = self._process.wait()
            if self._leaving.is_set():
                return
            pause = (
                RESTART_AFTER if time.monotonic() - began > 60 else min(pause * 2, RESTART_AT_MOST)
            )
            self._say(
                f"后台进程退出了（{code}），{pause:.0f} 秒后重启 / the worker ended, again in {pause:.0f} s"
            )
            self._leaving.wait(pause)


_WORKER = "from mingbai.cli import main; main()"


def _check_certificate(certificate: Path | None, key: Path | None) -> None:
    if certificate is None or key is None:
        raise error("SERVE-005", detail="--certificate + --certificate-key")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        pkcs8 = "BEGIN PRIVATE KEY" in key.read_text(encoding="ascii", errors="replace")
    except (OSError, ssl.SSLError, ValueError) as problem:
        raise error(
            "SERVE-005", detail=getattr(problem, "reason", None) or type(problem).__name__
        ) from None
    if not pkcs8:
        raise error("SERVE-005", detail=key.name)
