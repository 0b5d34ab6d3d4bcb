"""The addresses of certification. Records are addressed by id, never by name or number."""

from django.urls import path

from certification.views import (
    asking,
    audit,
    cases,
    comparisons,
    content,
    decisions,
    determinations,
    patients,
    readers,
    signing,
    steps,
)

app_name = "certification"

urlpatterns = [
    path("cases/", cases.worklist, name="worklist"),
    path("patients/", patients.patient_list, name="patient-list"),
    path("patients/new/", patients.patient_new, name="patient-new"),
    path("patients/<uuid:pk>/", patients.patient, name="patient"),
    path("patients/<uuid:pk>/edit/", patients.patient_edit, name="patient-edit"),
    path("patients/<uuid:pk>/treatments/", patients.patient_history, name="patient-history"),
    path(
        "patients/<uuid:pk>/every-therapy/", comparisons.patient_therapies, name="patient-therapies"
    ),
    path("patients/<uuid:pk>/cases/new/", cases.case_new, name="case-new"),
    path("cases/<uuid:pk>/", cases.case, name="case"),
    path("cases/<uuid:pk>/history/", cases.case_history, name="case-history"),
    path("cases/<uuid:pk>/steps/<slug:slug>/", steps.case_step, name="case-step"),
    path("cases/<uuid:pk>/check/", cases.case_check, name="case-check"),
    path(
        "cases/<uuid:pk>/recommendation/",
        decisions.case_recommendation,
        name="case-recommendation",
    ),
    path("cases/<uuid:pk>/decide/", decisions.case_decide, name="case-decide"),
    path("cases/<uuid:pk>/decide/pend/", decisions.case_pend, name="case-pend"),
    path("cases/<uuid:pk>/decide/resume/", decisions.case_resume, name="case-resume"),
    path("cases/<uuid:pk>/decide/refer/", decisions.case_refer, name="case-refer"),
    path("cases/<uuid:pk>/decide/withdraw/", decisions.case_withdraw, name="case-withdraw"),
    path("cases/<uuid:pk>/decide/criteria/", decisions.case_repin, name="case-repin"),
    path("cases/<uuid:pk>/decide/certify/", signing.case_certify, name="case-certify"),
    path("cases/<uuid:pk>/decide/modify/", signing.case_modify, name="case-modify"),
    path("cases/<uuid:pk>/decide/not-certify/", signing.case_not_certify, name="case-not-certify"),
    path("determinations/<uuid:pk>/", determinations.determination, name="determination"),
    path("determinations/<uuid:pk>/letters/<slug:audience>/", determinations.letter, name="letter"),
    path("therapies/", content.therapy_list, name="therapy-list"),
    path("therapies/<slug:key>/", content.therapy, name="therapy"),
    path("criteria/<int:pk>/", content.criteria_version, name="criteria-version"),
    path("evidence/", content.evidence, name="evidence"),
    path("evidence/ask/", asking.ask_evidence, name="ask"),
    path("evidence/article/", content.article, name="article"),
    path("editorial-policy/", content.editorial_policy, name="editorial-policy"),
    path("reference-pack.schema.json", content.pack_schema, name="pack-schema"),
    path("glossary/", content.glossary, name="glossary"),
    path("language/", readers.language, name="language"),
    path("audit/", audit.audit, name="audit"),
]
