"""How does the content of a letter become a PDF?

Content reaches the template as JSON data, never as template source: whatever a name contains is
text. Only the fonts that come with the typesetter are used, and the time is the time of signing,
so that the same content gives the same bytes on one version of the typesetter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import typst
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates" / "letters"
STANDARD: Literal["ua-1"] = "ua-1"
# Only what comes with the typesetter: fonts of the machine would change the bytes.
FONTS = typst.Fonts(include_system_fonts=False)

# A character for which the typesetter brings no glyph stands as a box, and the letter says so.
BOX = "□"
BOX_NOTE = (
    "Some characters cannot be printed in this letter and stand as □. The name and the words in "
    "full are in the record of the case."
)
MOST_ATTEMPTS = 40
_NO_GLYPH = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# Scripts without glyphs, from Thai on; Latin, Greek, punctuation and signs in between have them.
_FAR_SCRIPTS = re.compile(r"[\u0e00-\u1dff\u2c00-\ufaff\U00010000-\U0010ffff]")


def typeset(template: str, content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template with its content, whose ``notes`` tell of what cannot be printed.

    Raises ``typst.TypstError`` when the template breaks the accessibility standard.
    """
    printable: Mapping[str, Any] = content
    for _ in range(MOST_ATTEMPTS):
        try:
            return _compile(template, printable, at)
        except typst.TypstError as error:
            lacking = _NO_GLYPH.search(str(error))
            if lacking is None:
                raise
            if printable is content:
                printable = {**content, "notes": [*content["notes"], BOX_NOTE]}
            printable = _boxed(printable, _plain(lacking[1]))
    return _compile(template, printable, at)


def _compile(template: str, content: Mapping[str, Any], at: datetime) -> bytes:
    return typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=FONTS,
        format="pdf",
        sys_inputs={"content": json.dumps(content, ensure_ascii=False, sort_keys=True)},
        pdf_standards=[STANDARD],
        timestamp=int(at.timestamp()),
    )


def _boxed(content: Any, lacking: str) -> Any:
    """The same content with boxes for what lacks a glyph, and for all far scripts at once."""
    match content:
        case str():
            return _FAR_SCRIPTS.sub(BOX, content.replace(lacking, BOX))
        case Mapping():
            return {key: _boxed(value, lacking) for key, value in content.items()}
        case list() | tuple():
            return [_boxed(value, lacking) for value in content]
    return content


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
