"""What does a reviewer see of one question?

Everything the template prints is worked out here: how it is asked, what is documented, why it is
asked, which criteria it bears on, and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from certification.actions.answers import Entry
from certification.case_facts import Prefill, read_typed
from certification.criteria.facts import (
    Choice,
    FactDefinition,
    FactError,
    FactType,
    parse_value,
)
from certification.criteria.tree_words import value_text
from certification.models import Answer
from certification.presenters.citations import Cite, Sources
from certification.presenters.inputs import (
    Option,
    TableRow,
    limit_text,
    options_of,
    table_rows,
    typed_text,
)
from certification.presenters.trees import source_words
from certification.presenters.wording import age_words, day_words
from certification.wizard import Bearing, Standing

MOST_RADIOS = 7
SHOWN_BEARINGS = 3
NAMED_SOURCES = 2
OFFERED_SOURCES = (
    Answer.Source.RECORD, Answer.Source.LABORATORY, Answer.Source.IMAGING,
    Answer.Source.CLINICIAN, Answer.Source.PATIENT,
)  # fmt: skip
STATUS_WORDS = {"given": "Documented", "not_known": "Asked, not known", "invalid": "Not accepted"}


@dataclass(frozen=True, slots=True)
class Basis:
    """A criterion that the answer bears on, with its sources in words."""

    says: str
    cites: tuple[Cite, ...]
    bars: bool
    via: str
    verified: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What an earlier case documented. ``too_old``: the criteria would not take it today."""

    text: str
    case: str
    says: str
    too_old: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people answered at once: both versions, to choose from."""

    by: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a question is asked: the same for everybody, so that a page can keep it drawn."""

    why: str
    basis: tuple[Basis, ...]
    more_basis: tuple[Basis, ...]

    @property
    def cites(self) -> Iterable[Cite]:
        return (cite for basis in (*self.basis, *self.more_basis) for cite in basis.cites)


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    label: str
    help: str
    reasons: Reasons
    kind: str
    unit: str = ""
    value: str = ""
    typed_on: str = ""
    asks_date: bool = False
    takes_date: bool = False
    range: str = ""
    age_limit: str = ""
    note: str = ""
    not_known: bool = False
    offers_not_known: bool = True
    options: tuple[Option, ...] = ()
    sources: tuple[Option, ...] = ()
    minimum: str = ""
    rows: tuple[TableRow, ...] = ()
    no_rows: bool = False
    status: str = ""
    decides: bool = False
    on_shortest: bool = False
    error: str = ""
    warnings: tuple[str, ...] = ()
    worked_out: str = ""
    verified: str = ""
    offer: Offer | None = None
    clash: Clash | None = None
    name: str = field(default="")

    @property
    def status_word(self) -> str:
        return STATUS_WORDS.get(self.status, "")

    @property
    def takes_typing(self) -> bool:
        """Its value is typed, not chosen among what is offered."""
        return self.kind not in ("radios", "select")

    @property
    def basis_words(self) -> str:
        """What is documented beside the value, for the line that folds it away."""
        source = next((o.label for o in self.sources if o.chosen and o.value), "")
        dated = f"observed {self.typed_on}" if self.typed_on and not self.asks_date else ""
        return "; ".join(part for part in (source, dated, self.note) if part)


def field_name(key: str) -> str:
    return f"a-{key}"


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A question that nobody has to answer: registered, worked out from others, or not applicable.
    ``url``: where it can be answered all the same."""

    key: str
    label: str
    text: str
    says: str
    url: str


@dataclass(frozen=True, slots=True)
class Warned:
    """``folded``: the other way to say it, in plain words or as clinicians do."""

    id: str
    says: str
    verified: str
    cites: tuple[Cite, ...]
    folded: str = ""
    folded_title: str = ""
    quarantined: bool = False


class Questions:
    """Makes the questions of one case. ``service_on``: choices are valid for that day."""

    def __init__(self, standing: Standing, sources: Sources, service_on: date) -> None:
        self.standing = standing
        self.sources = sources
        self.service_on = service_on
        self.missing = set(standing.evaluation.missing)
        self.shortest = set(standing.evaluation.shortest)
        self.conflicts = {conflict.fact: conflict for conflict in standing.evaluation.conflicts}

    def question(self, key: str, offer: Prefill | None = None) -> Question:
        definition = self.standing.plan.vocabulary[key]
        answer = self.standing.answers.get(key)
        shown = _Shown.of(answer)
        basis = self._bases(key)
        made = Question(
            key=key,
            name=field_name(key),
            label=definition.label,
            help=definition.help,
            reasons=Reasons(
                definition.why, tuple(basis[:SHOWN_BEARINGS]), tuple(basis[SHOWN_BEARINGS:])
            ),
            kind=kind_of(definition),
            unit="" if definition.unit == "count" else definition.unit,
            verified=definition.verified,
            typed_on=shown.observed_on,
            asks_date=bool(shown.observed_on) or self._needs_date(definition),
            age_limit=self._age_limit(definition),
            note=answer.note if answer else "",
            not_known=bool(answer and answer.state == Answer.State.NOT_KNOWN),
            offers_not_known=not any(choice.unknown for choice in definition.choices),
            sources=_sources(answer.source if answer else ""),
            takes_date=self._takes_date(definition),
            minimum=limit_text(definition.minimum),
            range=_range(definition),
            status=str(answer.state) if answer else "",
            decides=key in self.missing,
            on_shortest=key in self.shortest,
            error=self._error(definition, answer),
            warnings=tuple(self._warnings(key)),
            worked_out=self._worked_out(key),
            offer=self._offer(definition, offer),
        )
        return self._with_value(made, definition, shown.value)

    def typed(self, key: str, entry: Entry, clash: Clash | None = None) -> Question:
        """The question with what was just typed instead of what is stored."""
        made = replace(
            self.question(key),
            typed_on=str(entry.observed_on or ""),
            not_known=entry.not_known,
            note=entry.note,
            sources=_sources(entry.source),
            clash=clash,
        )
        return self._with_value(made, self.standing.plan.vocabulary[key], entry.typed)

    def _with_value(self, made: Question, definition: FactDefinition, value: Any) -> Question:
        if made.kind == "rows":
            rows = value if isinstance(value, list) else []
            return replace(
                made,
                rows=tuple(table_rows(made.name, definition, rows)),
                no_rows=value == [] and made.status == "given",
            )
        text = typed_text(value)
        offered = [c for c in definition.choices if _valid(c, self.service_on) or c.value == text]
        options = options_of(definition.type, offered, text)
        kind = made.kind
        if kind == "choice":
            kind = "radios" if len(options) <= MOST_RADIOS else "select"
        return replace(made, kind=kind, value=text, options=options)

    def _bases(self, key: str) -> list[Basis]:
        """A sentence that the criteria say in several places is said once, with all its sources."""
        together: dict[tuple[str, bool, str], list[Bearing]] = {}
        for bearing in self.standing.plan.bearings.get(key, ()):
            together.setdefault((bearing.says, bearing.bars, bearing.via), []).append(bearing)
        return [
            Basis(
                says,
                self.sources.cites((c for b in same for c in b.cite), named=NAMED_SOURCES),
                bars,
                via,
                max(b.verified for b in same),
            )
            for (says, bars, via), same in together.items()
        ]

    def _takes_date(self, definition: FactDefinition) -> bool:
        """A date is no property of a date, nor of what another question dates."""
        dated = definition.dated_by in self.standing.plan.vocabulary
        return definition.type is not FactType.DATE and not dated

    def _needs_date(self, definition: FactDefinition) -> bool:
        return definition.key in self.standing.plan.max_age_days and self._takes_date(definition)

    def _age_limit(self, definition: FactDefinition) -> str:
        days = self.standing.plan.max_age_days.get(definition.key)
        if days is None:
            return ""
        dated_by = self.standing.plan.vocabulary.get(definition.dated_by)
        where = f" by “{dated_by.label}”" if dated_by else ""
        return f"Counts for {days} days{where}; an older or undated value is asked again."

    def _error(self, definition: FactDefinition, answer: Answer | None) -> str:
        if answer is None or answer.state != Answer.State.INVALID:
            return ""
        shown = _Shown.of(answer)
        try:
            read_typed(definition, shown.value, as_of=self.standing.as_of, valid_on=self.service_on)
        except FactError as error:
            return sentence_of(error)
        return f"The date observed, “{shown.observed_on}”, is not a day between birth and today."

    def _warnings(self, key: str) -> Iterable[str]:
        for flagged in self.standing.evaluation.contradictions:
            if key in flagged.facts or key == flagged.fact:
                yield f"{flagged.says} Until this is put right, none of these answers counts."
        conflict = self.conflicts.get(key)
        if conflict is not None:
            definition = self.standing.plan.vocabulary[key]
            yield (
                f"Documented as {value_text(definition, conflict.given)}, but the other answers "
                f"give {value_text(definition, conflict.computed)}. The documented one is used."
            )

    def _worked_out(self, key: str) -> str:
        if key in self.standing.answers or key not in self.standing.completed.facts:
            return ""
        fact = self.standing.completed.facts[key]
        if fact.value is None:
            return ""
        text = value_text(self.standing.plan.vocabulary[key], fact.value)
        return f"{text} ({source_words(fact.source)})" if fact.source else text

    def _offer(self, definition: FactDefinition, prefill: Prefill | None) -> Offer | None:
        if prefill is None:
            return None
        try:
            value = parse_value(definition, prefill.value)
        except FactError:
            return None
        if any(choice.unknown and choice.value == value for choice in definition.choices):
            return None
        limit = self.standing.plan.max_age_days.get(definition.key)
        observed = f"observed {day_words(prefill.observed_on)}, " if prefill.observed_on else ""
        return Offer(
            text=value_text(definition, value),
            case=prefill.from_case_number,
            says=f"{observed}{age_words(prefill.age_days)}",
            too_old=limit is not None and prefill.age_days > limit,
        )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stands in the inputs: the accepted value, or what was typed and not accepted."""

    value: Any = None
    observed_on: str = ""

    @classmethod
    def of(cls, answer: Answer | None) -> _Shown:
        if answer is None:
            return cls()
        if answer.state == Answer.State.INVALID and isinstance(answer.typed, dict):
            return cls(answer.typed.get("value"), str(answer.typed.get("observed_on") or ""))
        observed_on = answer.observed_on.isoformat() if answer.observed_on else ""
        return cls(answer.value, observed_on)


def kind_of(definition: FactDefinition) -> str:
    match definition.type:
        case FactType.BOOLEAN:
            return "radios"
        case FactType.CHOICE:
            return "choice"
        case FactType.INTEGER | FactType.DECIMAL:
            return "number"
        case _:
            return str(definition.type.value)


def sentence_of(error: FactError) -> str:
    """The engine's message as a sentence that begins with a capital letter."""
    message = error.message.strip()
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"


def _range(definition: FactDefinition) -> str:
    if definition.type not in (FactType.INTEGER, FactType.DECIMAL) or definition.maximum is None:
        return ""
    text = f"{limit_text(definition.minimum)} to {limit_text(definition.maximum)}"
    return f"{text}, in steps of {definition.step}" if definition.step else text


def _valid(choice: Choice, on: date) -> bool:
    return (choice.valid_from is None or choice.valid_from <= on) and (
        choice.valid_until is None or choice.valid_until >= on
    )


def page_sources() -> tuple[Option, ...]:
    """What a page of answers can be read from, as a default for all of them."""
    return _sources("")


@lru_cache(maxsize=64)
def _sources(current: str) -> tuple[Option, ...]:
    offered: list[str] = [source.value for source in OFFERED_SOURCES]
    if current and current not in offered:
        offered.append(current)
    return tuple(Option(value, source_words(value), value == current) for value in offered)
