"""Can an approver read criteria: every sentence, rule, source and example?"""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from certification.admin.criteria_reading import reading_of
from certification.criteria.codec import read_document
from certification.criteria.tree import walk
from certification.models import CriteriaVersion
from tests.factories import CriteriaVersionFactory, ReferenceFactory

from .conftest import page
from .test_review import small_version


def words(client: Client, version: CriteriaVersion) -> str:
    """The text of a page, without its markup."""
    content = client.get(page(CriteriaVersion, "change", version.pk)).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


@pytest.fixture
def version(approver: Client) -> CriteriaVersion:
    ReferenceFactory(key="label_a", title="A label")
    return CriteriaVersionFactory()


def test_every_node_is_there_with_its_rule_and_sources(
    approver: Client, version: CriteriaVersion
) -> None:
    shown = words(approver, version)
    criteria_set, _ = read_document(version.document)
    criteria = criteria_set.criteria
    trees = (criteria.indications, criteria.contraindications)
    for node in (node for tree in trees for node in walk(tree)):
        assert node.says in shown
        assert f"Identifier: {node.id}" in shown
        for citation in node.cite:
            assert f"{citation.ref}, {citation.at}" if citation.at else citation.ref in shown
    assert "All of" in shown
    assert "Any of" in shown
    assert "Rule: Age is at least 18 years" in shown
    assert "Rule: Antibody test is documented, observed within the last 180 days" in shown
    for precaution in criteria.precautions:
        assert precaution.says in shown


def test_sources_lead_to_their_pages(approver: Client, version: CriteriaVersion) -> None:
    content = approver.get(page(CriteriaVersion, "change", version.pk)).content.decode()
    assert ">label_a, section 1</a>" in content
    assert "guideline_a, page 4 (not in the reference library)" in content


def test_what_nobody_read_in_its_source_is_marked(
    approver: Client, version: CriteriaVersion
) -> None:
    shown = words(approver, version)
    assert "1 point of these criteria was not read in its source, and is marked." in shown
    assert "The EDSS is 4 or more. Proposed, no clinical source" in shown


def test_examples_are_run_when_the_page_is_opened(approver: Client, editor: Client) -> None:
    version = small_version(editor.user)
    shown = words(approver, version)
    examples = version.document["criteria_set"]["examples"]
    assert f"All {len(examples)} come out as expected" in shown
    for example in examples:
        assert example["name"] in shown
    reading = reading_of(version, version.updated_at.date())
    assert all(example.passed for example in reading.examples)
    facts = [f"{fact['label']} {fact['value']}" for e in reading.examples for fact in e.facts]
    assert facts
    assert all(fact in shown for fact in facts)


def test_the_list_says_how_sound_each_version_is(
    approver: Client, editor: Client, version: CriteriaVersion
) -> None:
    small = small_version(editor.user)
    shown = approver.get(page(CriteriaVersion, "changelist")).content.decode()
    count = len(small.document["criteria_set"]["examples"])
    assert f">{count} of {count}</span>" in shown
    assert small.content_hash[:12] in shown
    for query in (
        {"q": "examplimab"}, {"q": small.content_hash[:20]}, {"status__exact": "submitted"},
        {"submitted": "others"},
    ):  # fmt: skip
        found = approver.get(page(CriteriaVersion, "changelist"), query).context["cl"].result_list
        assert small in found
    assert (
        version
        not in approver.get(page(CriteriaVersion, "changelist"), {"q": "examplimab"})
        .context["cl"]
        .result_list
    )


def test_nobody_edits_a_version_in_place(editor: Client, version: CriteriaVersion) -> None:
    url = page(CriteriaVersion, "change", version.pk)
    assert "_save" not in editor.get(url).content.decode()
    assert editor.post(url, {"title": "Mine"}).status_code == 403
    assert editor.get(page(CriteriaVersion, "add")).status_code == 403
