"""Does the look keep its promises: legible, self-contained, honest without colour?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from certification.criteria.tree import Recommendation, Truth
from certification.workflow import CaseStatus, ContentStatus, Outcome

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
ICONS = VENDOR / "bootstrap-icons-1.13.1"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_STYLES = sorted((STATIC / "css").glob("*.css"))
STYLES = sorted(STATIC.rglob("*.css"))
OWN_SCRIPTS = sorted((STATIC / "js").glob("*.js"))
VENDORED = sorted(path for path in VENDOR.iterdir() if path.is_dir())


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# Contrast ----------------------------------------------------------------------------------------

TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\);")
TOKENS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in TOKEN.findall((STATIC / "css" / "tokens.css").read_text())
}
GROUNDS = ("paper", "surface", "sunken", "hover")
TINTS = tuple(name for name in TOKENS if name.endswith("-tint"))
OUTCOMES = ("met", "unmet", "unknown", "caution", "quiet")
WORDS = [
    *((word, ground) for word in ("ink", "ink-soft", "brand") for ground in (*GROUNDS, *TINTS)),
    *((word, ground) for word in ("ink-faint", "brand-strong", *OUTCOMES) for ground in GROUNDS),
    *((word, f"{word}-tint") for word in OUTCOMES),
    ("brand-strong", "brand-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
]
EDGES = [(edge, ground) for edge in ("line-control", "focus") for ground in ("paper", "surface")]


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_agrees_with_known_pairs() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("word", "ground"), WORDS)
def test_words_can_be_read(word: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[word][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_controls_and_the_focus_ring_can_be_seen(edge: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[edge][theme], TOKENS[ground][theme]) >= 3


@pytest.mark.parametrize("path", [p for p in OWN_STYLES if p.name != "tokens.css"], ids=named)
def test_colours_stand_in_the_palette_only(path: Path) -> None:
    """A colour written elsewhere would escape the contrast test. Paper in print and QR is white."""
    found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)", without_addresses(path.read_text())))
    assert found <= {"#fff", "#000"}


# Icon and word, never colour alone ---------------------------------------------------------------


def css_of(name: str) -> str:
    return (STATIC / "css" / name).read_text()


def without_addresses(css: str) -> str:
    return re.sub(r"url\([^)]*\)", "", css)


DOMAIN_KEYS = [
    *(key.value for words in (Truth, Recommendation, CaseStatus, ContentStatus) for key in words),
]


@pytest.mark.parametrize("key", sorted(set(DOMAIN_KEYS)))
def test_every_state_has_its_tag_with_an_icon(key: str) -> None:
    rules = re.findall(r"([^{}]*)\{([^{}]*)\}", css_of("components.css"))
    bodies = [body for selectors, body in rules if re.search(rf"\.tag-{key}(?![\w-])", selectors)]
    assert any("--icon: var(--icon-" in body for body in bodies)


@pytest.mark.parametrize("key", [*(o.value for o in Outcome), *(r.value for r in Recommendation)])
def test_every_outcome_has_its_own_mark(key: str) -> None:
    assert f".outcome-{key}" in css_of("components.css")


def icon_css() -> str:
    """icons.css as it follows from the vendored drawings."""
    names = []
    lines = [
        "/* Made from icons/*.svg of Bootstrap Icons 1.13.1 (MIT, see LICENSE). */",
        ":root{",
    ]
    for path in sorted((ICONS / "icons").glob("*.svg")):
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(), re.DOTALL)
        assert drawing, f"{path.name} is not a drawing"
        body = re.sub(r">\s+<", "><", drawing[1].strip()).replace('"', "'").replace("#", "%23")
        body = body.replace("<", "%3C").replace(">", "%3E")
        head = "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        lines.append(f'--icon-{path.stem}:url("data:image/svg+xml,{head}{body}%3C/svg%3E");')
        names.append(path.stem)
    lines.append("}")
    lines += [f".i-{name}{{--icon:var(--icon-{name})}}" for name in names]
    return "\n".join(lines) + "\n"


def test_the_icon_style_sheet_is_made_from_the_vendored_drawings() -> None:
    assert (ICONS / "icons.css").read_text() == icon_css()


def test_only_icons_that_exist_are_used() -> None:
    drawn = {path.stem for path in (ICONS / "icons").glob("*.svg")}
    asked = set(re.findall(r"var\(--icon-([\w-]+)\)", "".join(p.read_text() for p in OWN_STYLES)))
    for path in TEMPLATES:
        asked |= set(re.findall(r'class="i i-([\w-]+)[" ]', path.read_text()))
    assert asked <= drawn
    assert asked


# Nothing from elsewhere, nothing inline ----------------------------------------------------------

LOADING = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio|object|embed|use|image)\b[^>]*?"
    r"(?:src|href|srcset|data|poster)\s*=\s*[\"'](?:https?:)?//",
    re.IGNORECASE,
)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|\shx-on|javascript:|=\s*[\"']js:", re.IGNORECASE
)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_load_nothing_from_elsewhere(path: Path) -> None:
    assert not LOADING.search(path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not INLINE.search(text)
    for attributes in SCRIPT.findall(text):
        assert "src=" in attributes or "application/json" in attributes


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_compile(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_name_static_files_that_exist(path: Path) -> None:
    text = path.read_text()
    for name in re.findall(r"{% static ['\"]([^'\"]+)['\"] %}", text):
        assert finders.find(name), f"{name} does not exist"
    for name in re.findall(r"[\"']/static/([^\"']+)[\"']", text):
        assert (STATIC / name).is_file(), f"{name} does not exist"


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_do_not_lean_on_scripts_that_are_not_shipped(path: Path) -> None:
    assert not re.search(r"data-bs-(?!theme)", path.read_text())


@pytest.mark.parametrize("path", STYLES, ids=named)
def test_styles_load_nothing_from_elsewhere(path: Path) -> None:
    css = path.read_text()
    assert "@import" not in css
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", css):
        if not address.startswith("data:"):
            assert (path.parent / address).resolve().is_file(), f"{address} does not exist"


@pytest.mark.parametrize("path", OWN_SCRIPTS, ids=named)
def test_scripts_speak_to_nobody_else(path: Path) -> None:
    assert not re.search(r"https?:|\beval\b|new Function|\bimport\b", path.read_text())


@pytest.mark.parametrize("path", VENDORED, ids=named)
def test_vendored_files_are_pinned_licensed_and_listed(path: Path) -> None:
    name, _, version = path.name.rpartition("-")
    assert name
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert len((path / "LICENSE").read_text()) > 300
    assert f"| `{path.name}` |" in (VENDOR / "README.md").read_text()
    for file in path.rglob("*"):
        assert file.suffix != ".map"
        assert (
            file.suffix == ".woff2" or file.is_dir() or "sourceMappingURL" not in file.read_text()
        )
