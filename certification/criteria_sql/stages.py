"""How is a long question put to a database, one stage after the other?

Each stage is a select from the one before it that carries on what is still needed and adds columns.
Stages are materialized: what was worked out once is not worked out again. Columns are numbered;
nothing of the content is ever the name of one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from sqlglot import exp

from certification.criteria_sql.words import Expression

Name = tuple[Hashable, ...]


class Stages:
    """``live`` leads from what is known (a tuple such as ``("value", "age")``) to its column."""

    def __init__(self, source: exp.Select, columns: Mapping[Name, Expression]) -> None:
        self.live: dict[Name, str] = {}
        self._stages: list[tuple[str, exp.Expr]] = []
        self._columns = 0
        self._put(source, columns)

    def column(self, *name: Hashable) -> Expression:
        return exp.column(self.live[name])

    def has(self, *name: Hashable) -> bool:
        return name in self.live

    def put(self, columns: Mapping[Name, Expression]) -> None:
        """One more stage. A name that was there before gets the new value."""
        if not columns:
            return
        before = self.live
        self.live = {}
        select = exp.select().from_(self._stages[-1][0])
        for name, column in before.items():
            if name not in columns:
                select.select(exp.column(column), copy=False)
                self.live[name] = column
        self._put(select, columns)

    def keep(self, names: Iterable[Name]) -> None:
        """Let go of everything else from the next stage on."""
        self.live = {name: self.live[name] for name in names}

    def branch(self) -> str:
        """The stage that was put last: to go back to, or to put beside another one."""
        return self._stages[-1][0]

    def beside(self, other: str, columns: Mapping[Name, str], where: Expression) -> None:
        """The rows of now, and those of an earlier stage for which ``where`` holds."""
        now, names = exp.select().from_(self.branch()), list(self.live)
        then = exp.select().from_(other).where(where)
        for name in names:
            now.select(exp.column(self.live[name]), copy=False)
            then.select(exp.column(columns[name]), copy=False)
        self._append(exp.union(now, then, distinct=False))

    def start_again(self, select: exp.Select, columns: Mapping[Name, Expression]) -> None:
        """Put a stage that reads other stages than the last one."""
        self.live = {}
        self._put(select, columns)

    def finish(self, select: exp.Select) -> exp.Select:
        """``select`` reads the last stage. Columns that nothing reads any more are left out."""
        needed = {column.name for column in select.find_all(exp.Column)}
        for _, stage in reversed(self._stages):
            needed |= _prune(stage, needed)
        found = select.from_(self.branch(), copy=False)
        for name, stage in self._stages:
            found = found.with_(name, as_=stage, materialized=True, copy=False)
        return found

    def _put(self, select: exp.Select, columns: Mapping[Name, Expression]) -> None:
        for name, expression in columns.items():
            self._columns += 1
            self.live[name] = f"c{self._columns}"
            select.select(exp.alias_(expression, self.live[name], copy=False), copy=False)
        self._append(select)

    def _append(self, stage: exp.Expr) -> None:
        self._stages.append((f"s{len(self._stages)}", stage))


def _prune(stage: exp.Expr, needed: set[str]) -> set[str]:
    """Leaves the needed columns in a stage, and tells which columns it reads for them."""
    both = [stage.this, stage.expression] if isinstance(stage, exp.Union) else [stage]
    sides = [side for side in both if isinstance(side, exp.Select)]
    kept = [place for place, name in enumerate(sides[0].named_selects) if name in needed]
    for side in sides:
        side.set("expressions", [side.selects[place] for place in kept])
    return {column.name for side in sides for column in side.find_all(exp.Column)}
