"""The API as one piece (接口入口): who may call, how errors are worded, how answers are written.

A call carries one token (``Authorization: Bearer …``). Its scope is that of one post, less what the
token leaves out; absent and forbidden answer alike with 404. Answers are UTF-8 JSON.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.renderers import BaseRenderer

from mingbai.api import decisions, households, places
from mingbai.api.errors import error
from mingbai.api.tokens import Bearer
from mingbai.common.errors import RegisterError

_log = logging.getLogger(__name__)
#: Refusals that mean: not there, or not for this caller.
_ABSENT = {"HOME-001", "DEC-001", "DEC-003"}


class _Json(BaseRenderer):
    media_type = "application/json"
    charset = "utf-8"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)


api = NinjaAPI(
    title="Mingbai 明白",
    version="1",
    description="登记册的查询和登记接口。The register for other programs: read, and record facts.",
    auth=Bearer(),
    renderer=_Json(),
    docs_url=None,  # a page of somebody else's scripts; the description itself is /api/v1/openapi.json
    urls_namespace="api",
)


def _said(request: HttpRequest, refused: RegisterError, status: int, **more: Any) -> HttpResponse:
    body = {"code": refused.code, "zh": refused.zh, "en": refused.en, **more}
    return api.create_response(request, body, status=status)


@api.exception_handler(AuthenticationError)
def _unknown_caller(request: HttpRequest, problem: AuthenticationError) -> HttpResponse:
    response = _said(request, error("API-001"), 401)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Http404)
def _absent(request: HttpRequest, problem: Http404) -> HttpResponse:
    return _said(request, error("API-002"), 404)


@api.exception_handler(ValidationError)
def _wrong_input(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    """Say which field and what is wrong; never the value, which may be a number of somebody's document."""
    wrong = [
        {"field": ".".join(str(part) for part in one["loc"]), "problem": one["msg"]}
        for one in problem.errors
    ]
    return _said(request, error("API-003"), 422, fields=wrong)


@api.exception_handler(RegisterError)
def _refused(request: HttpRequest, refused: RegisterError) -> HttpResponse:
    """What the register refuses; something absent reads like any other address that does not exist."""
    if refused.code in _ABSENT:
        return _said(request, error("API-002"), 404)
    return _said(request, refused, 409)


@api.exception_handler(Exception)
def _broken(request: HttpRequest, problem: Exception) -> HttpResponse:
    """The log has the place in the code; the answer has nothing of it."""
    _log.exception(
        "api %s %s", request.method, request.resolver_match and request.resolver_match.view_name
    )
    return _said(request, error("API-004"), 500)


api.add_router("/divisions", places.router)
api.add_router("", households.router)
api.add_router("", decisions.router)
