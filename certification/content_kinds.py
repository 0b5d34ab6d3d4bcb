"""Which kinds of content have an editorial life, in whichever app they stand?"""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps

from certification.models import EditorialModel


def content_kinds(first: Iterable[type[EditorialModel]] = ()) -> list[type[EditorialModel]]:
    """The kinds named first in their order, then those of other apps."""
    named = list(first)
    apart = {model._meta.app_label for model in named}
    others = (model for model in apps.get_models() if issubclass(model, EditorialModel))
    return [*named, *(model for model in others if model._meta.app_label not in apart)]
