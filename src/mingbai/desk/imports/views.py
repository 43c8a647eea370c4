"""Importing lists (导入页面): file, dry run, difference, apply; taken back as any batch is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.audit.actions import record
from mingbai.common.errors import RegisterError
from mingbai.decisions.programs import pack_named
from mingbai.desk.access import screen
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.reaching import covers, whole
from mingbai.desk.components.words import actor_names, aside
from mingbai.desk.imports.asking import asked_shown
from mingbai.desk.imports.forms import ApplyForm, UploadForm
from mingbai.desk.imports.showing import (
    PLAIN_STEPS,
    Shown,
    chosen_of,
    columns_shown,
    decided,
    effect_lines,
    figures,
    listing,
    shown,
    steps,
    tabs,
)
from mingbai.desk.jobs.words import step_words
from mingbai.desk.register.words import PACK, source_words
from mingbai.intake.actions import already
from mingbai.intake.errors import error
from mingbai.intake.files import MOST_BYTES, accept
from mingbai.intake.following import states_job
from mingbai.intake.looking import asked_of, picture_of, returned_table
from mingbai.intake.models import ImportOrder
from mingbai.intake.orders import order_import, request_of
from mingbai.intake.running import Request
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from mingbai.jobs.queries import worker_is_silent
from mingbai.places.models import Division, Register
from mingbai.places.queries import names_on

TEMPLATES = "imports/templates/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIVE = (JobState.QUEUED, JobState.RUNNING)


@screen(Permission.HOUSEHOLDS_IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """What was asked for, newest first: one's own, and that of one's places."""
    found = _visible(request).order_by("-id")
    page = page_of(request, found.count())
    orders = list(found.prefetch_related("files")[page.start : page.stop])
    jobs = Job.objects.in_bulk([one.job_id for one in orders if one.job_id])
    names = actor_names(one.ordered_by for one in orders)
    places = names_on({one.division_code for one in orders if one.division_code}, request.day)
    lines = [
        {
            "order": one,
            "files": "、".join(file.name for file in one.files.all()),
            "job": jobs.get(one.job_id),
            "actor": names[one.ordered_by],
            "place": places.get(one.division_code, one.division_code),
        }
        for one in orders
    ]
    return render(request, TEMPLATES + "imports.html", {"page": page, "lines": lines})


@screen(Permission.HOUSEHOLDS_IMPORT, writes=True)
def new(request: HttpRequest) -> HttpResponse:
    """Files and what they are; nothing is written before somebody has seen the difference."""
    given = {"places": _places(request), "today": request.day}
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, **given)
        if refused := getattr(request, "upload_refused", None):
            form.add_error(
                "files", words_of(error("INTAKE-001", size=refused, limit=MOST_BYTES >> 20))
            )
        elif form.is_valid() and (order := _ordered(request, form)):
            return redirect("imports:order", order.pk)
    else:
        form = UploadForm(initial={"as_of": request.day}, **given)
    status = 422 if form.errors else 200
    said = {"form": form, "steps": PLAIN_STEPS}
    return render(request, TEMPLATES + "new.html", said, status=status)


def _ordered(request: HttpRequest, form: UploadForm) -> ImportOrder | None:
    """Take the files in and queue the comparison; a wrong file is refused by its content, with a reason."""
    data = form.cleaned_data
    try:
        stored = [accept(one, actor=request.user.actor) for one in data["files"]]
        code = data["division_code"]
        wanted = Request(
            data["as_of"], source=data["source"], division=code,
            whole=(code,) if data["whole"] else (),
        )  # fmt: skip
        return order_import(
            actor=request.user.actor, files=stored, request=wanted, dry_run=True, job_division=code
        )
    except RegisterError as refused:
        form.add_error("files", aside(words_of(refused), refused.code))
        return None


@screen(Permission.HOUSEHOLDS_IMPORT)
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """How far it is; then what it would do, list by list, and the way to do it."""
    return show(request, find(request, order_id), ApplyForm())


@screen(Permission.HOUSEHOLDS_IMPORT, reads=False, writes=True)
def apply(request: HttpRequest, order_id: int) -> HttpResponse:
    """Write what the dry run showed: another order with the same files."""
    found = find(request, order_id)
    form = ApplyForm(request.POST)
    if not may_apply(request, found):
        raise Http404
    if not form.is_valid():
        return show(request, found, form, status=422)
    wanted = replace(
        request_of(found), reason=form.cleaned_data["reason"],
        apply_gone=bool(found.whole) and form.cleaned_data["apply_gone"],
    )  # fmt: skip
    made = order_import(
        actor=request.user.actor, files=list(found.files.all()), request=wanted, dry_run=False,
        job_division=found.division_code, layouts=list(found.layouts.all()), follows=found,
    )  # fmt: skip
    messages.success(request, _("开始写入。写完之前谁也看不到，写完一次显出来。"))
    return redirect("imports:order", made.pk)


def may_apply(request: HttpRequest, found: ImportOrder) -> bool:
    """Only what a dry run has shown; and a line department leaves writing to the county's officer.

    A list may hold topics that its post does not name, and an import writes all that a list holds.
    """
    whole = request.rights.topics(Permission.HOUSEHOLDS_IMPORT) is None
    return whole and found.dry_run and _job(found).state == JobState.DONE


def show(
    request: HttpRequest, found: ImportOrder, form: ApplyForm, *, status: int = 200,
    unsaid: tuple[int, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of an import; `unsaid`: the sheet whose columns were said wrong, and what is wrong."""
    job = _job(found)
    written = _written(found, job)
    done = job.state == JobState.DONE
    view = shown(request, found, "columns" if unsaid else "") if done else None
    steps_of, at = steps(found, view, written)
    said: dict[str, Any] = {
        "order": found, "job": job, "live": job.state in LIVE, "form": form, "done": done,
        "files": [file.name for file in found.files.all()], "steps": steps_of, "at": at,
        "source": source_words(found.source) if found.source else "",
        "place": names_on([found.division_code], request.day).get(found.division_code, ""),
        "may_apply": written is None and may_apply(request, found), "written": written,
        "waiting": job.state == JobState.QUEUED and worker_is_silent(), "step": step_words(job.step),
    }  # fmt: skip
    if view is not None:
        said |= _content(request, found, view, unsaid)
        said["states"] = states_job(found.batch_id) if found.batch_id else None
    return render(request, TEMPLATES + "order.html", said, status=status)


def _content(
    request: HttpRequest, found: ImportOrder, view: Shown, unsaid: tuple[int, str] | None
) -> dict[str, Any]:
    """What one view of a finished import shows."""
    said: dict[str, Any] = {"show": view.show, "effects": effect_lines(found)}
    if found.counts:
        said |= {"figures": figures(found), "chosen_of": chosen_of(found)}
    if view.picture is not None:
        said |= {"tabs": tabs(found, view), "returned": list(enumerate(view.picture.returned))}
        said["whole"] = list(enumerate(view.picture.whole))
        if view.show == "columns":
            said["sheets"] = columns_shown(view.picture, found)
            only, said["unsaid"] = unsaid or (None, "")
            given = request.POST if unsaid else request.GET
            said["asked"] = asked_shown(asked_of(found), given, only=only) if found.dry_run else ()
            said["wrong"] = only
        elif view.show != "effects":
            said |= listing(request, found, view)
            said |= decided(found, view, said["lines"])
    return said


def _written(found: ImportOrder, job: Job) -> int | None:
    """The batch by which these very files are in the register already. At most three queries."""
    if found.batch_id:
        return int(found.batch_id)
    if job.state in LIVE:
        return None
    written = found.followed_by.filter(dry_run=False, batch_id__isnull=False).order_by("-pk")
    if batch := written.values_list("batch_id", flat=True).first():
        return int(batch)
    pack = pack_named(Register.objects.values_list("pack", flat=True).first() or PACK)
    before = already(list(found.files.all()), pack, request_of(found).asking)
    return None if before is None else int(before.batch_id)


@screen(Permission.HOUSEHOLDS_IMPORT)
def progress(request: HttpRequest, order_id: int) -> HttpResponse:
    """How far an import is, as a piece of its page; once it is over, the page is asked for anew."""
    found = find(request, order_id)
    job = _job(found)
    if not request.htmx:
        return redirect("imports:order", order_id)
    if job.state not in LIVE:
        return HttpResponse(headers={"HX-Refresh": "true"})
    said = {"order": found, "job": job, "step": step_words(job.step)}
    return render(request, TEMPLATES + "progress.html", said)


@screen(Permission.HOUSEHOLDS_IMPORT, reads=False, writes=True)
def returned(request: HttpRequest, order_id: int, number: int) -> HttpResponse:
    """A sender's own table with its wrong cells marked. It has whole numbers: taking it is recorded."""
    found = find(request, order_id)
    picture = picture_of(found)
    if picture is None or number >= len(picture.returned):
        raise Http404
    pieces = returned_table(found, number)
    record(
        actor=request.user.actor, action="intake.returned.taken", target=f"order:{found.pk}",
        data={"number": number},
    )  # fmt: skip
    name = quote(picture.returned[number])
    answer = HttpResponse(b"".join(pieces), content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


def _job(found: ImportOrder) -> Job:
    return Job.objects.get(pk=found.job_id)


def _visible(request: HttpRequest) -> Any:
    """Orders for places that lie wholly within one's scope, whoever gave them.

    A line department sees its own alone: another's lists hold topics that are not its business.
    """
    codes = ImportOrder.objects.values_list("division_code", flat=True).distinct().order_by()
    mine = [code for code in codes if _reached(request.scope, code)]
    found = ImportOrder.objects.filter(division_code__in=mine)
    if request.rights.topics(Permission.HOUSEHOLDS_IMPORT) is None:
        return found
    return found.filter(ordered_by=request.user.actor)


def _reached(scope: Scope, code: str) -> bool:
    return covers(scope, code) if code else whole(scope)


def _places(request: HttpRequest) -> list[tuple[str, str]]:
    """The largest divisions that lie wholly within the scope: code and name."""
    found = Division.objects.recorded().on(request.day).order_by("code")
    inside = {one.code: one for one in found if covers(request.scope, one.code)}
    return [
        (code, aside(one.name, _(one.get_level_display())))
        for code, one in inside.items()
        if one.parent_code not in inside
    ]


def find(request: HttpRequest, order_id: int) -> ImportOrder:
    found = _visible(request).prefetch_related("files").filter(pk=order_id).first()
    if found is None:
        raise Http404
    return found
