"""Can an editor name, add and order the steps of the wizard, and nobody else?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.actions.fact_groups import move_fact_group, save_fact_group
from certification.models import AuditEvent, CriteriaVersion, FactGroup
from certification.policies import Refused
from config.roles import Role
from tests.factories import CriteriaVersionFactory, FactGroupFactory, UserFactory

from .conftest import SignIn, acts_of, filled_form, page
from .drafting import words

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def steps(db: None) -> list[FactGroup]:
    return [
        FactGroupFactory(key=key, title=title, order=1)
        for key, title in (("a", "Person"), ("b", "Disease"), ("c", "Treatment"))
    ]


def order() -> list[str]:
    return list(FactGroup.objects.values_list("key", flat=True))


def send(client: Client, url: str, **typed: Any) -> Any:
    shown = client.get(url)
    hidden = {
        field.html_initial_name: field.value()
        for field in shown.context["adminform"].form
        if field.field.show_hidden_initial
    }
    return client.post(url, filled_form(shown, **hidden | typed), follow=True)


def test_a_step_is_added_at_the_end(editor: Client, steps: list[FactGroup]) -> None:
    send(editor, page(FactGroup, "add"), title="Daily life", intro="How the days are.")
    group = FactGroup.objects.get(title="Daily life")
    assert (group.key, group.order) == ("daily_life", 2)
    (event,) = acts_of(editor)
    assert (event.verb, event.object_type) == ("created", "factgroup")
    assert event.data["changes"]["title"] == ["", "Daily life"]


def test_a_step_gets_other_words_and_keeps_its_key(editor: Client, steps: list[FactGroup]) -> None:
    url = page(FactGroup, "change", steps[0].pk)
    send(editor, url, title="The  person", intro="Line one.\nLine two.", key="other")
    steps[0].refresh_from_db()
    assert (steps[0].key, steps[0].title) == ("a", "The person")
    assert acts_of(editor)[-1].data["changes"]["title"] == ["Person", "The person"]
    send(editor, url)
    assert len(acts_of(editor)) == 1
    assert "The person" in words(editor.get(page(FactGroup, "history", steps[0].pk)))


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"title": ""}, "title", "required"),
        ({"title": "disease"}, "title", "There is a step “disease” already."),
        ({"title": "x" * 121}, "title", "at most 120"),
        ({"initial-title": "Something older"}, "__all__", "Nothing was overwritten"),
    ],
)
def test_what_cannot_be(
    editor: Client, steps: list[FactGroup], typed: dict[str, str], field: str, says: str
) -> None:
    answer = send(editor, page(FactGroup, "change", steps[0].pk), **typed)
    assert says in str(answer.context["adminform"].form.errors[field])
    assert not acts_of(editor)


def test_steps_change_places(editor: Client, steps: list[FactGroup]) -> None:
    move = reverse("admin:certification_factgroup_move", args=[steps[2].pk])
    listed = editor.get(page(FactGroup, "changelist")).content.decode()
    assert 'aria-label="Up: Treatment"' in listed
    said = editor.post(move, {"places": "-1"}, follow=True)
    assert "“Treatment” was moved up." in words(said)
    assert order() == ["a", "c", "b"]
    event = acts_of(editor)[-1]
    assert event.data == {"changes": {"place": [3, 2]}, "changed places with": "Disease"}
    editor.post(move, {"places": "-1"})
    refused = editor.post(move, {"places": "-1"}, follow=True)
    assert "This is the first step already." in words(refused)
    assert order() == ["c", "a", "b"]


def test_criteria_keep_their_order_and_hash(editor: Client, steps: list[FactGroup]) -> None:
    version = CriteriaVersionFactory()
    editor.post(reverse("admin:certification_factgroup_move", args=[steps[0].pk]), {"places": "1"})
    after = CriteriaVersion.objects.get(pk=version.pk)
    assert (after.document, after.content_hash) == (version.document, version.content_hash)


@pytest.mark.parametrize("role", [Role.CONTENT_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_read(sign_in: SignIn, steps: list[FactGroup], role: Role) -> None:
    client = sign_in(role)
    listed = client.get(page(FactGroup, "changelist")).content.decode()
    assert "Person" in listed
    assert "Up: " not in listed
    move = reverse("admin:certification_factgroup_move", args=[steps[0].pk])
    assert client.post(move, {"places": "1"}).status_code == 403
    before = AuditEvent.objects.count()
    with pytest.raises(Refused, match="ontent editor"):
        save_fact_group(by=client.user, now=NOW, group=FactGroup(key="n", title="New"))
    with pytest.raises(Refused, match="ontent editor"):
        move_fact_group(by=client.user, now=NOW, group=steps[0], places=1)
    assert AuditEvent.objects.count() == before


def test_the_action_checks_what_no_form_checked(steps: list[FactGroup]) -> None:
    editor = UserFactory(roles=[Role.CONTENT_EDITOR])
    for title, says in (("", "Give the title"), ("Person", "already"), ("a\u202eb", "invisible")):
        with pytest.raises(Refused, match=says):
            save_fact_group(by=editor, now=NOW, group=FactGroup(key="n", title=title))
    assert editor.pk
    get = reverse("admin:certification_factgroup_move", args=[steps[0].pk])
    client = Client()
    client.force_login(editor)
    assert client.get(get).status_code == 403
