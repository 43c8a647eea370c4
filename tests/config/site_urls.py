"""`/write/N/`: one recorded action of three rows; the answer comes after the commit."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from mingbai.audit.actions import recording
from mingbai.places.models import Denominator


@csrf_exempt
def write(request: HttpRequest, number: int) -> HttpResponse:
    """Write one fact."""
    with recording(actor="user:1", action="test.fact.written", target=f"fact:{number}") as batch:
        for value in range(3):
            Denominator.objects.create(
                division_code=str(number), counted_on=date(2026, 1, 1), universe="test", value=value,
                source="", begun_by=batch,
            )  # fmt: skip
    return HttpResponse(str(number))


urlpatterns = [path("write/<int:number>/", write), path("", include("mingbai.config.urls"))]
