"""The pages for what does not work (出错页): what did not happen, what is safe, what to press."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader

from mingbai.common.errors import RegisterError
from mingbai.desk.components.words import of

FOLDER = "components/templates/"


def words_of(problem: RegisterError) -> str:
    """The refusal in the language of the page."""
    return of(problem)


def refused(request: HttpRequest, problem: RegisterError) -> HttpResponse:
    """400 with number and words of a refusal."""
    said = {"code": problem.code, "words": words_of(problem)}
    return render(request, FOLDER + "refused.html", said, status=400)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400: the request could not be read."""
    return render(request, FOLDER + "400.html", status=400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The same page as for what does not exist: the answer tells nobody that there is something."""
    return not_found(request)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404, for absent and forbidden alike."""
    return render(request, FOLDER + "404.html", status=404)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or not ours (cross-site protection): nothing was saved."""
    return render(request, FOLDER + "stale.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a bug. The page needs no database, for that may be what is broken."""
    return HttpResponseServerError(loader.get_template(FOLDER + "500.html").render({}))
