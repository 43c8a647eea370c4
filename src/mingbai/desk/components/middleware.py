"""What every answer carries (响应头与出错页): a strict content policy, no caching of personal data."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from mingbai.common.errors import RegisterError
from mingbai.desk.components.problems import not_found, refused

#: Nothing from elsewhere, nothing inline, no frame around us.
POLICY = (
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'"
)
#: Refusals that say "absent, or not yours": outside they are the page that does not exist.
ABSENT = frozenset({"HOME-001", "INTAKE-007", "INTAKE-014", "DEC-002"})
Answering = Callable[[HttpRequest], HttpResponse]


class Headers:
    """The content policy on every answer; pages with people in them stay out of every cache."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class NumberedRefusals:
    """A numbered error of the register becomes a page with its number and words, never a traceback."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Only our own refusals; a bug goes on to the page for bugs."""
        if not isinstance(problem, RegisterError):
            return None
        return not_found(request) if problem.code in ABSENT else refused(request, problem)
