"""How are versions of criteria compared, and whom would a version concern, before it is approved?

Pages beside the page of a version. A study is carried on by whoever watches it: the page sends one
request after the other, each does a bounded part, and everybody else is served in between. Without
scripts a button does the same with a longer part.
"""

from __future__ import annotations

import csv
from time import perf_counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from certification import content_policies as policies
from certification.actions.events import record_event
from certification.actions.impact import advance_study, cancel_study, start_study
from certification.admin.base import today
from certification.admin.exporting import LONGEST, safe_cell
from certification.criteria.codec import CriteriaError, read_document
from certification.models import CriteriaVersion, ImpactStudy, StudiedKind
from certification.packs.criteria_changes import changes
from certification.paging import SortKey, page_of
from certification.policies import Refused
from certification.presenters.impact import (
    RECOMMENDATION_WORDS,
    Criteria,
    change_lines,
    study_links,
    study_page,
)

PAGE = 25
STUDIES_SHOWN = 5
WATCHED_SECONDS = 0.5
PRESSED_SECONDS = 5.0
COLUMNS = ("record", "number", "site", "as of", "before", "after", "because")


class ComparedVersions:
    """Adds these pages to the admin of criteria versions."""

    def get_urls(self) -> list[URLPattern]:
        pages = [
            ("impact/<uuid:study_id>/", self.study_view, "study"),
            ("impact/<uuid:study_id>/on/", self.study_on_view, "study_on"),
            ("impact/<uuid:study_id>/cancel/", self.study_cancel_view, "study_cancel"),
            ("impact/<uuid:study_id>/export/", self.study_export_view, "study_export"),
            ("<int:version_id>/impact/", self.study_start_view, "study_start"),
            ("<int:version_id>/differences/", self.differences_view, "differences"),
        ]
        own = [
            path(route, self.admin_site.admin_view(view), name=f"certification_criteriaversion_{n}")
            for route, view, n in pages
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        version = kwargs.get("obj")
        if version is not None:
            context["comparing"] = self._comparing(request, version)
        return super().render_change_form(request, context, *args, **kwargs)

    def _comparing(self, request: HttpRequest, version: CriteriaVersion) -> dict[str, Any]:
        current = CriteriaVersion.objects.current(version.set_key, today())
        others = _others(version)
        studies = _studies().filter(set_key=version.set_key, version=version)[:STUDIES_SHOWN]
        may_start = policies.can_study_impact(request.user) and current is not None
        return {
            "version": version,
            "others": others,
            "chosen": current.pk if current in others else None,
            "may_start": may_start and current.content_hash != version.content_hash,
            "nothing_in_force": current is None,
            "current": current,
            "studies": study_links(studies, version, current),
        }

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/certification/{template}", shared | context)

    def _study(self, request: HttpRequest, study_id: UUID, method: str) -> ImpactStudy:
        self._check_view(request)
        if request.method != method:
            raise PermissionDenied("This address takes the buttons of a study only.")
        return get_object_or_404(_studies(), pk=study_id)

    # Differences --------------------------------------------------------------------------------

    def differences_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """What changes from another version to this one."""
        self._check_view(request)
        version = get_object_or_404(CriteriaVersion, pk=version_id)
        others = _others(version)
        other = _chosen(request.GET.get("with", ""), others, version)
        found, problem = None, ""
        if other is not None:
            try:
                found = changes(read_document(other.document), read_document(version.document))
            except CriteriaError as error:
                problem = f"One of the versions cannot be read: {error}."
        return self._page(
            request,
            "criteria_differences.html",
            title=f"What changes in version {version.version}",
            version=version,
            other=other,
            others=others,
            found=found,
            problem=problem,
        )

    # Studies ------------------------------------------------------------------------------------

    def study_start_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        self._check_view(request)
        version = get_object_or_404(CriteriaVersion, pk=version_id)
        if request.method != "POST":
            raise PermissionDenied("A study is started by the button on the page of a version.")
        try:
            study = start_study(
                by=request.user, now=timezone.now(), document=version.document, version=version
            )
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(_url("change", version.pk))
        return HttpResponseRedirect(_url("study", study.pk))

    def study_view(self, request: HttpRequest, study_id: UUID) -> HttpResponse:
        study = self._study(request, study_id, "GET")
        criteria = Criteria(study)
        wanted, chosen = _wanted(request)
        listed = page_of(
            study.changes.filter(**wanted).select_related("case", "site", "patient"),
            (SortKey("id"),),
            size=PAGE,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        return self._page(
            request,
            "impact_study.html",
            title=f"Impact study: {study.title}",
            page=study_page(
                study, criteria, CriteriaVersion.objects.current(study.set_key, today())
            ),
            lines=change_lines(listed.rows, criteria, request.user),
            listed=listed,
            chosen=chosen,
            query="&".join(f"{name}={value}" for name, value in chosen.items() if name != "words"),
            may_carry_on=policies.can_study_impact(request.user),
        )

    def study_on_view(self, request: HttpRequest, study_id: UUID) -> HttpResponse:
        """Carries a study on for as long as a request may take."""
        study = self._study(request, study_id, "POST")
        seconds = WATCHED_SECONDS if request.htmx else PRESSED_SECONDS
        begun = perf_counter()
        try:
            while study.is_running and perf_counter() - begun < seconds:
                study = advance_study(by=request.user, now=timezone.now(), study=study)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(_url("study", study_id))

    def study_cancel_view(self, request: HttpRequest, study_id: UUID) -> HttpResponse:
        study = self._study(request, study_id, "POST")
        try:
            cancel_study(by=request.user, now=timezone.now(), study=study)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(_url("study", study_id))

    def study_export_view(self, request: HttpRequest, study_id: UUID) -> HttpResponse:
        """The list as CSV, without a formula in it and with numbers of the reader's sites only."""
        study = self._study(request, study_id, "GET")
        if not study.is_finished:
            raise Http404("Only a finished study has a list.")
        criteria = Criteria(study)
        rows = study.changes.select_related("case", "site", "patient").order_by("id")[:LONGEST]
        response = HttpResponse(content_type="text/csv; charset=utf-8", headers={
            "Content-Disposition": f'attachment; filename="impact-{study.set_key}.csv"'
        })  # fmt: skip
        response.write("\ufeff")
        writer, count = csv.writer(response), 0
        writer.writerow(COLUMNS)
        for line in change_lines(rows.iterator(chunk_size=1_000), criteria, request.user):
            because = "; ".join(f"{r.says} ({r.before}, then {r.after})" for r in line.reasons)
            cells = (line.kind, line.name, line.site, line.as_of, line.before_word,
                     line.after_word, because)  # fmt: skip
            writer.writerow([safe_cell(cell) for cell in cells])
            count += 1
        data = {"list": "impact study", "rows": count}
        record_event(by=request.user, verb="exported", obj=study, at=timezone.now(), data=data)
        return response


def _studies() -> Any:
    return ImpactStudy.objects.select_related(
        "base", "version", "started_by", "cancelled_by"
    ).defer("base__quantity_limit")


def _others(version: CriteriaVersion) -> list[CriteriaVersion]:
    """The other versions of the set, the newest first."""
    others = CriteriaVersion.objects.filter(set_key=version.set_key).exclude(pk=version.pk)
    return list(others.defer("document").order_by("-version"))


def _chosen(
    wanted: str, others: list[CriteriaVersion], version: CriteriaVersion
) -> CriteriaVersion | None:
    """The version asked for, else the one in force, else the newest other one."""
    found = next((one for one in others if str(one.pk) == wanted), None)
    if found is None:
        current = CriteriaVersion.objects.current(version.set_key, today())
        found = next((one for one in others if current is not None and one == current), None)
    return found or (others[0] if others else None)


def _wanted(request: HttpRequest) -> tuple[dict[str, str], dict[str, str]]:
    """What the list is narrowed to; whatever is not known narrows nothing."""
    kind, before, after = (request.GET.get(name, "") for name in ("kind", "from", "to"))
    if kind in StudiedKind.values and not (before or after):
        return {"kind": kind}, {"kind": kind, "words": f"{StudiedKind(kind).label}: every change"}
    if kind not in StudiedKind.values or not {before, after} <= set(RECOMMENDATION_WORDS):
        return {}, {}
    words = (
        f"{StudiedKind(kind).label}: {RECOMMENDATION_WORDS[before]} before, "
        f"{RECOMMENDATION_WORDS[after]} after"
    )
    return (
        {"kind": kind, "before": before, "after": after},
        {"kind": kind, "from": before, "to": after, "words": words},
    )


def _url(name: str, *args: Any) -> str:
    return reverse(f"admin:certification_criteriaversion_{name}", args=args)
