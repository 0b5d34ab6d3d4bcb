"""How fast is it? ``make bench`` prints every figure that README and notes may quote.

Figures of one run are compared with each other only: machines and days differ.
"""

from __future__ import annotations

import importlib
import os
import sys

import django

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

PARTS = ("engine", "impact", "letters", "lists", "pages", "schedule")


def main(wanted: list[str]) -> None:
    django.setup()
    for part in wanted or PARTS:
        module = importlib.import_module(f"tests.bench.{part}")
        sys.stdout.write(f"\n{part}: {(module.__doc__ or '').strip().splitlines()[0]}\n")
        for name, figure, unit in module.run():
            sys.stdout.write(f"  {name:<66} {figure:>12,.2f} {unit}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
