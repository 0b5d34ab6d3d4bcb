"""How do accounts, roles and sites change, and what is nobody allowed to do to them?"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from certification.models import Site, User
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
