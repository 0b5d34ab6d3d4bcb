"""Does the house still stand as designed? Each rule of the layout is one test.

The rules and their reasons are in ``docs/architecture.md``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.db import connection, models

ROOT = Path(__file__).resolve().parent.parent
APPS = ("certification", "monitoring", "config")
LINE_LIMIT = 400
FORBIDDEN_NAMES = {"utils", "helpers", "common", "services", "misc", "general_functions"}
PURE = (
    "certification/criteria",
    "certification/lint",
    "certification/criteria_sql",
    "certification/packs",
    "certification/reference_files",
    "certification/csv_lines.py",
    "certification/workflow.py",
    "certification/seals.py",
    "monitoring/schedule",
    "monitoring/charts",
    "monitoring/shares.py",
    "config/roles.py",
)
CLOCK_CALLS = {"now", "today", "utcnow", "time", "monotonic", "localdate", "localtime"}
WRITES = {"save", "delete", "create", "bulk_create", "bulk_update", "update_or_create",
          "get_or_create", "aupdate", "acreate", "asave"}  # fmt: skip
MAY_WRITE = ("certification/actions/", "monitoring/actions/")


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        base = ROOT / folder
        files = [base] if base.suffix == ".py" else sorted(base.rglob("*.py"))
        yield from (f for f in files if f.exists() and "migrations" not in f.parts)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_certification_never_imports_monitoring() -> None:
    wrong = [
        f"{relative(f)}:{line}"
        for f in python_files("certification")
        for name, line in imports(parsed(f))
        if name.split(".")[0] == "monitoring"
    ]
    assert not wrong


def test_pure_modules_know_no_django_and_no_clock() -> None:
    wrong = []
    for path in python_files(*PURE):
        tree = parsed(path)
        wrong += [
            f"{relative(path)}:{line} imports {name}"
            for name, line in imports(tree)
            if name.split(".")[0] in {"django", "time", "random", "config"}
            and name != "config.roles"
        ]
        wrong += [
            f"{relative(path)}:{node.lineno} reads the clock"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCK_CALLS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in {"datetime", "date", "timezone", "time"}
        ]
    assert not wrong


def test_modules_stay_short() -> None:
    long = {
        relative(f): lines
        for f in python_files(*APPS, "tests")
        if (lines := len(f.read_text(encoding="utf-8").splitlines())) > LINE_LIMIT
    }
    assert not long, f"more than {LINE_LIMIT} lines: two subjects in one module? {long}"


def test_no_drawer_without_a_subject() -> None:
    wrong = [
        relative(p)
        for folder in (*APPS, "tests", "templates")
        for p in (ROOT / folder).rglob("*")
        if p.stem in FORBIDDEN_NAMES
    ]
    assert not wrong


def test_imports_stand_at_the_top() -> None:
    wrong = []
    for path in python_files(*APPS):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                wrong += [
                    f"{relative(path)}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
    assert not wrong, "an import inside a function hides a cycle"


def test_every_module_answers_a_question() -> None:
    silent = [
        relative(f)
        for f in python_files("certification", "monitoring", "config")
        if f.name not in {"__init__.py", "apps.py"} and not ast.get_docstring(parsed(f))
    ]
    assert not silent, f"modules without a docstring: {silent}"


def test_only_actions_write_domain_rows() -> None:
    wrong = []
    for path in python_files("certification", "monitoring"):
        name = relative(path)
        if name.startswith(MAY_WRITE) or "/models/" in name:
            continue
        for node in ast.walk(parsed(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            on_rows = owner.endswith(".objects") or ".objects." in owner or node.func.attr == "save"
            if node.func.attr in WRITES | {"update"} and on_rows:
                wrong.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    assert not wrong


def test_no_signals() -> None:
    wrong = [
        f"{relative(f)}:{line}"
        for f in python_files(*APPS)
        for name, line in imports(parsed(f))
        if name.startswith(("django.dispatch", "django.db.models.signals"))
    ]
    assert not wrong


def test_no_drug_stands_in_python() -> None:
    """Adding a therapy is content, never code: no module knows a drug by name."""
    names: set[str] = set()
    for file in (ROOT / "certification/content").rglob("*.yaml"):
        for therapy in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get(
            "therapies", []
        ):
            names |= {therapy["key"], therapy["generic"], *therapy.get("brands", [])}
    words = {name.lower() for name in names} | {n.split("_")[0].lower() for n in names}
    assert len(words) >= 8
    pattern = re.compile(r"\b(" + "|".join(sorted(map(re.escape, words))) + r")\b", re.IGNORECASE)
    wrong = []
    for path in python_files("certification", "monitoring", "config"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                wrong.append(f"{relative(path)}:{number} {line.strip()}")
    assert not wrong


def test_templates_carry_no_scripts_or_styles_of_their_own() -> None:
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if re.search(
            r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son\w+=[\"']", text
        ):
            wrong.append(relative(path))
    assert not wrong


def test_top_level_folders_are_the_fixed_ones() -> None:
    fixed = {"config", "certification", "monitoring", "templates", "static", "tests", "docs"}
    made = {"var", "node_modules"}
    found = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")}
    assert found - made - fixed - {"__pycache__", "test-results"} == set()


def _nullable(model: type[models.Model], name: str) -> bool:
    return any(f.name == name and getattr(f, "null", False) for f in model._meta.get_fields())


@pytest.mark.parametrize(
    "model",
    [m for app in ("certification", "monitoring") for m in apps.get_app_config(app).get_models()],
)
def test_by_and_at_stand_together(model: type[models.Model]) -> None:
    """A nullable ``x_at`` with a nullable ``x_by`` needs a both-or-neither constraint."""
    texts = [str(c.deconstruct()) for c in model._meta.constraints]
    for field in model._meta.get_fields():
        stem = field.name.removesuffix("_at")
        if stem == field.name or not _nullable(model, field.name):
            continue
        if stem != "submitted" and _nullable(model, f"{stem}_by"):
            assert any(f"{stem}_by__isnull" in t and f"{stem}_at__isnull" in t for t in texts), (
                f"{model.__name__}.{stem}_at can be set without {stem}_by"
            )


@pytest.mark.django_db
def test_seals_are_in_the_database() -> None:
    """A migration that rebuilds a sealed table on SQLite drops its triggers: this notices."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = {row[0] for row in cursor.fetchall()}
    for table in ("determination", "letter", "auditevent"):
        assert f"seal_certification_{table}_no_update" in names
        assert f"seal_certification_{table}_no_delete" in names
    for name in ("impactstudy_ended_update", "impactstudy_ended_delete", "impactchange_no_update",
                 "impactchange_ended_insert", "impactchange_ended_delete"):  # fmt: skip
        assert f"seal_certification_{name}" in names
    content = ("criteriaversion", "reference", "statement", "fact", "therapy")
    tables = [f"certification_{name}" for name in content] + ["monitoring_protocolversion"]
    for table in tables:
        assert f"seal_{table}_approved" in names
        assert f"seal_{table}_approved_delete" in names
