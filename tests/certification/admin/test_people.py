"""How do accounts, roles and sites change, and what is nobody allowed to do to them?"""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from certification.models import AuditEvent, Site, User
from config.roles import Role
from tests.factories import PASSWORD, SiteFactory, UserFactory

from .conftest import SignIn, acts_of, filled_form, page


def save(client: Client, obj: Any, **changes: Any) -> Any:
    url = page(type(obj), "change", obj.pk)
    return client.post(url, filled_form(client.get(url), **changes), follow=True)


def test_a_new_account(administrator: Client) -> None:
    site = SiteFactory()
    url = page(User, "add")
    data = filled_form(
        administrator.get(url), username="nora", name="Nora Nurse", credentials="RN",
        roles=["nurse_reviewer", "content_editor"], sites=[site.pk],
        new_password="correct horse battery staple",
    )  # fmt: skip
    administrator.post(url, data)
    user = User.objects.get(username="nora")
    assert user.role_keys == {"nurse_reviewer", "content_editor"}
    assert user.site_ids == {site.pk}
    assert user.check_password("correct horse battery staple")
    (event,) = acts_of(administrator)
    assert (event.verb, event.object_id) == ("created account", str(user.pk))
    assert event.data["roles"] == [[], ["content_editor", "nurse_reviewer"]]
    assert "staple" not in str(event.data)


def test_without_a_password_nobody_signs_in(administrator: Client) -> None:
    url = page(User, "add")
    administrator.post(url, filled_form(administrator.get(url), username="nora", name="Nora"))
    assert not User.objects.get(username="nora").has_usable_password()


def test_roles_and_sites_change(administrator: Client) -> None:
    site = SiteFactory()
    user = UserFactory(roles=[Role.NURSE_REVIEWER], sites=[SiteFactory()])
    save(administrator, user, roles=["auditor"], sites=[site.pk], name="Another Name")
    user = User.objects.get(pk=user.pk)
    assert (user.role_keys, user.site_ids, user.name) == ({"auditor"}, {site.pk}, "Another Name")
    assert user.check_password(PASSWORD)
    (event,) = acts_of(administrator)
    assert event.data["roles"] == [["nurse_reviewer"], ["auditor"]]
    assert event.data["changes"]["name"][1] == "Another Name"
    history = administrator.get(page(User, "history", user.pk)).content.decode()
    assert "Nurse reviewer → Auditor" in history


def test_saving_without_a_change_is_no_act(administrator: Client) -> None:
    save(administrator, UserFactory(roles=[Role.AUDITOR], sites=[SiteFactory()]))
    save(administrator, SiteFactory())
    assert not acts_of(administrator)


def test_a_weak_password_is_refused(administrator: Client) -> None:
    user = UserFactory()
    response = save(administrator, user, new_password="short")
    assert "at least 15 characters" in str(response.context["errors"])
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"roles": ["administrator", "content_approver"]}, "Nobody gives a role to themselves"),
        ({"is_active": None}, "Nobody closes their own account"),
        ({"roles": []}, "This is the last administrator"),
    ],
)
def test_what_nobody_does_to_themselves(
    changes: dict[str, Any], says: str, administrator: Client
) -> None:
    response = save(administrator, administrator.user, **changes)
    assert says in str(response.context["errors"])
    assert User.objects.get(pk=administrator.user.pk).role_keys == {"administrator"}
    assert not acts_of(administrator)


def test_another_administrator_may_take_the_role_away(
    administrator: Client, sign_in: SignIn
) -> None:
    other = sign_in(Role.ADMINISTRATOR)
    save(other, administrator.user, roles=[])
    assert not User.objects.get(pk=administrator.user.pk).role_keys
    assert administrator.get("/admin/").status_code == 403


def test_a_closed_administrator_does_not_count(administrator: Client) -> None:
    UserFactory(roles=[Role.ADMINISTRATOR], is_active=False)
    response = save(administrator, administrator.user, roles=[])
    assert "This is the last administrator" in str(response.context["errors"])


def test_a_demonstration_account_stays_one(administrator: Client) -> None:
    user = UserFactory(is_demo=True, roles=[Role.CONTENT_APPROVER])
    url = page(User, "change", user.pk)
    data = filled_form(administrator.get(url), name="Real Name") | {"is_superuser": "on"}
    data.pop("is_demo", None)
    administrator.post(url, data)
    user.refresh_from_db()
    assert (user.name, user.is_demo, user.is_superuser) == ("Real Name", True, False)


def test_an_auditor_reads_accounts_and_sees_no_password_field(auditor: Client) -> None:
    user = UserFactory(roles=[Role.NURSE_REVIEWER], sites=[SiteFactory(name="Office X")])
    html = auditor.get(page(User, "change", user.pk)).content.decode()
    assert "Nurse reviewer" in html
    assert "Office X" in html
    assert "new_password" not in html
    assert user.password not in html


def test_sites(administrator: Client) -> None:
    url = page(Site, "add")
    form = filled_form(administrator.get(url), key="west", name="West", time_zone="Mars/Base")
    assert "There is no time zone" in str(administrator.post(url, form).context["errors"])
    administrator.post(url, form | {"time_zone": "America/Denver"})
    site = Site.objects.get(key="west")
    save(administrator, site, name="Far West", key="east")
    site.refresh_from_db()
    assert (site.name, site.key) == ("Far West", "west")
    verbs = [(event.verb, event.data["changes"].get("name")) for event in acts_of(administrator)]
    assert verbs == [("created site", [None, "West"]), ("changed site", ["West", "Far West"])]


# A lost second factor -----------------------------------------------------------------------------


def with_factor(**fields: Any) -> User:
    user: User = UserFactory(**fields)
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=user, type=kind, data={})
    return user


def test_an_administrator_takes_a_lost_second_factor_away(administrator: Client) -> None:
    user = with_factor(roles=[Role.AUDITOR])
    assert "TOTP" in administrator.get(page(User, "change", user.pk)).content.decode()
    save(administrator, user, reset_because="Lost telephone; identity checked by call-back")
    assert not Authenticator.objects.filter(user=user).exists()
    (event,) = acts_of(administrator)
    assert (event.verb, event.object_id) == ("reset second factor", str(user.pk))
    assert event.data["reason"].startswith("Lost telephone")
    assert event.data["removed"] == ["recovery_codes", "totp"]


def test_a_second_factor_stays_without_a_reason_and_ones_own(administrator: Client) -> None:
    user, nobody = with_factor(roles=[Role.AUDITOR]), UserFactory(roles=[Role.AUDITOR])
    save(administrator, user, name="Another Name")
    assert Authenticator.objects.filter(user=user).count() == 2
    refused = save(administrator, nobody, reset_because="Lost")
    assert "has no second factor" in refused.content.decode()
    me = User.objects.get(pk=administrator.session["_auth_user_id"])
    Authenticator.objects.create(user=me, type=Authenticator.Type.TOTP, data={})
    refused = save(administrator, me, reset_because="Lost")
    assert "Ask another administrator" in refused.content.decode()
    assert Authenticator.objects.filter(user=me).exists()


@pytest.mark.django_db
def test_who_runs_the_server_can_take_a_second_factor_away() -> None:
    user = with_factor(username="alone", roles=[Role.ADMINISTRATOR])
    with pytest.raises(CommandError, match="There is no account"):
        call_command("reset_second_factor", "nobody", reason="Lost")
    with pytest.raises(CommandError, match=r"reason|Give"):
        call_command("reset_second_factor", "alone", reason="  ")
    call_command("reset_second_factor", "alone", reason="Lost key, asked for in person")
    assert not Authenticator.objects.filter(user=user).exists()
    event = AuditEvent.objects.get(verb="reset second factor")
    assert (event.actor_id, event.data["reason"]) == (None, "Lost key, asked for in person")
    with pytest.raises(CommandError, match="no second factor"):
        call_command("reset_second_factor", "alone", reason="Again")


# The first administrator --------------------------------------------------------------------------

STRONG = "seven lanterns over the harbour"


def first(username: str = "alma", name: str = "Alma Admin") -> None:
    call_command("first_admin", username, name=name)


@pytest.mark.django_db
def test_the_first_administrator_is_made_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    UserFactory(is_demo=True, roles=[Role.ADMINISTRATOR])
    monkeypatch.setenv("FIRST_ADMIN_PASSWORD", STRONG)
    first()
    user = User.objects.get(username="alma")
    assert (user.name, user.role_keys) == ("Alma Admin", {"administrator"})
    assert user.check_password(STRONG)
    event = AuditEvent.objects.get(verb="created account", object_id=str(user.pk))
    assert event.actor_id is None
    assert STRONG not in str(event.data) + capsys.readouterr().out
    with pytest.raises(CommandError, match="There is an administrator: Alma Admin"):
        first("second")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "given", "says"),
    [("short", {}, "too short"), (STRONG, {"name": " "}, r"name|Give"),
     (STRONG, {"username": "a b"}, "valid username")],
)  # fmt: skip
def test_a_first_administrator_is_refused(
    password: str, given: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRST_ADMIN_PASSWORD", password)
    with pytest.raises(CommandError, match=says):
        first(**given)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_password_is_asked_for_twice_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRST_ADMIN_PASSWORD", raising=False)
    typed = iter([STRONG, "something else entirely", STRONG, STRONG])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    with pytest.raises(CommandError, match="differ"):
        first()
    first()
    assert User.objects.get().check_password(STRONG)
