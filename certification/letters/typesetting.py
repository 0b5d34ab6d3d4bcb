"""How does the content of a letter become a PDF?

Content reaches the template as JSON data, never as template source: whatever a name contains is
text. Only the fonts that come with the typesetter are used, and the time is the time of signing,
so that the same content gives the same bytes on one version of the typesetter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typst
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates" / "letters"
STANDARD = "ua-1"


def typeset(template: str, content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template with its content. Raises ``typst.TypstError`` when it does not fit
    the accessibility standard, such as a heading level that was left out."""
    return typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=[],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"content": json.dumps(content, ensure_ascii=False, sort_keys=True)},
        pdf_standards=[STANDARD],
        timestamp=int(at.timestamp()),
    )
