"""How are the rules of a question read back to an editor: when it applies, how it is worked out?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from certification.criteria.codec_facts import vocabulary_from_data
from certification.criteria.facts import FactDefinition, Vocabulary
from certification.criteria.tree_words import sentence
from certification.models import Fact

KIND_WORDS = {
    "years_since": "Whole years since {from_fact}",
    "months_since": "Whole months since {from_fact}",
    "days_since": "Days since {from_fact}",
    "count_rows": "Number of rows of {from_fact}",
    "max_of_rows": "Largest {field} among the rows of {from_fact}",
    "last_of_rows": "{field} of the last row of {from_fact}",
    "observed_on": "Date on which {from_fact} was observed",
}


def current_vocabulary() -> Vocabulary:
    """Every question of the database as the engine reads it."""
    facts = Fact.objects.select_related("group").order_by("group__order", "order", "key")
    return vocabulary_from_data([fact.definition_data() for fact in facts])


def rules_in_words(key: str) -> SafeString:
    """The rules of one question as a list of sentences, safe to print."""
    vocabulary = current_vocabulary()
    lines = list(_sentences(vocabulary[key], vocabulary)) or [
        "No rules: the answer is used as given."
    ]
    return format_html_join("", "<p>{}</p>", ((line,) for line in lines))


def _sentences(definition: FactDefinition, vocabulary: Vocabulary) -> Iterator[str]:
    if definition.dated_by:
        yield f"Dated by: {vocabulary[definition.dated_by].label}."
    if definition.applies_when is not None:
        yield f"Applies when: {sentence(definition.applies_when, vocabulary)}."
    if definition.derived is not None:
        derived = definition.derived
        origin = vocabulary[derived.from_fact].label if derived.from_fact else ""
        if derived.cases:
            for case in derived.cases:
                yield f"Is {case.value} when: {sentence(case.when, vocabulary)}."
        else:
            words = KIND_WORDS[derived.kind].format(from_fact=origin, field=derived.field)
            yield f"Worked out: {words}."
        for condition in derived.where:
            yield f"Only rows where {condition.field} {condition.op} {condition.value}."
    for contradiction in definition.contradictions:
        yield f"Contradiction: {contradiction.says}"
