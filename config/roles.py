"""Who may do what? Every role with its description and its permissions, as one readable table.

Pure data: no Django. Sites limit *whose* records a permission reaches; see ``config.access``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    VIEW_PATIENTS = "patients.view"
    EDIT_PATIENTS = "patients.edit"
    VIEW_CASES = "cases.view"
    PREPARE_CASES = "cases.prepare"
    CERTIFY_WHEN_MET = "determinations.certify_when_met"
    DETERMINE = "determinations.determine"
    VIEW_CONTENT = "content.view"
    EDIT_CONTENT = "content.edit"
    APPROVE_CONTENT = "content.approve"
    READ_AUDIT = "audit.read"
    MANAGE_USERS = "users.manage"
    VIEW_MONITORING = "monitoring.view"
    MONITOR = "monitoring.work"


class Role(StrEnum):
    NURSE_REVIEWER = "nurse_reviewer"
    PHYSICIAN_REVIEWER = "physician_reviewer"
    INFUSION_NURSE = "infusion_nurse"
    CONTENT_EDITOR = "content_editor"
    CONTENT_APPROVER = "content_approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class RoleCard:
    title: str
    description: str
    permissions: frozenset[Permission]


P = Permission
ROLES: dict[Role, RoleCard] = {
    Role.NURSE_REVIEWER: RoleCard(
        "Nurse reviewer",
        "First-level utilization reviewer: opens cases, documents the criteria, certifies when "
        "they are met, pends, refers. Can never deny.",
        frozenset(
            {
                P.VIEW_PATIENTS,
                P.EDIT_PATIENTS,
                P.VIEW_CASES,
                P.PREPARE_CASES,
                P.CERTIFY_WHEN_MET,
                P.VIEW_MONITORING,
                P.VIEW_CONTENT,
            }
        ),
    ),
    Role.PHYSICIAN_REVIEWER: RoleCard(
        "Physician reviewer",
        "Second-level reviewer, a licensed physician: decides referred cases, always with a "
        "rationale.",
        frozenset(
            {
                P.VIEW_PATIENTS,
                P.VIEW_CASES,
                P.PREPARE_CASES,
                P.CERTIFY_WHEN_MET,
                P.DETERMINE,
                P.VIEW_MONITORING,
                P.VIEW_CONTENT,
            }
        ),
    ),
    Role.INFUSION_NURSE: RoleCard(
        "Infusion nurse",
        "Infusion centre or MS nurse: courses, schedules, visits, results and holds.",
        frozenset(
            {
                P.VIEW_PATIENTS,
                P.EDIT_PATIENTS,
                P.VIEW_CASES,
                P.VIEW_MONITORING,
                P.MONITOR,
                P.VIEW_CONTENT,
            }
        ),
    ),
    Role.CONTENT_EDITOR: RoleCard(
        "Content editor",
        "Guideline editor: writes and submits references, statements, criteria and protocols.",
        frozenset({P.VIEW_CONTENT, P.EDIT_CONTENT}),
    ),
    Role.CONTENT_APPROVER: RoleCard(
        "Content approver",
        "Reviews and approves content that somebody else submitted.",
        frozenset({P.VIEW_CONTENT, P.APPROVE_CONTENT}),
    ),
    Role.AUDITOR: RoleCard(
        "Auditor",
        "Compliance: reads everything, changes nothing.",
        frozenset({P.VIEW_PATIENTS, P.VIEW_CASES, P.VIEW_MONITORING, P.VIEW_CONTENT, P.READ_AUDIT}),
    ),
    Role.ADMINISTRATOR: RoleCard(
        "Administrator",
        "Runs the installation: users, sites and roles. No clinical decisions by this role alone.",
        frozenset({P.MANAGE_USERS, P.VIEW_CONTENT}),
    ),
}


def permissions_of(roles: frozenset[str]) -> frozenset[Permission]:
    """Everything that the given role keys allow together; unknown keys allow nothing."""
    granted: set[Permission] = set()
    for key in roles:
        if key in ROLES:
            granted |= ROLES[Role(key)].permissions
    return frozenset(granted)
