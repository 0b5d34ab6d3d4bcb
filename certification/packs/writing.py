"""How is plain data written as a file of a pack, so that reading it gives the same data?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml

from certification.packs.reading import means_itself

WIDTH = 100


class _Writer(yaml.SafeDumper):
    """Writes no aliases, quotes what a reader could take for something else, no exponents."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if means_itself(value) else "'"
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _number(writer: yaml.SafeDumper, value: float | Decimal) -> yaml.ScalarNode:
    text = format(Decimal(str(value)), "f")
    kind = "float" if "." in text else "int"
    return writer.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Writer.add_representer(str, _text)
_Writer.add_representer(float, _number)
_Writer.add_representer(Decimal, _number)


def write_text(data: Any) -> str:
    """Plain data as one YAML document, keys in the order they have."""
    text: str = yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text
