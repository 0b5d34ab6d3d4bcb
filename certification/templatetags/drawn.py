"""How does a template print what is drawn once and kept (see ``presenters.drawing``)?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from certification.presenters import drawing
from certification.presenters.links import FactLink, StepLink
from certification.presenters.questions import Warned

register = template.Library()


@register.simple_tag
def drawn_once(name: str) -> SafeString:
    """A template that is the same on every page."""
    return mark_safe(drawing.drawn_once(name))


@register.simple_tag(takes_context=True)
def drawn_navigation(context: template.Context) -> SafeString:
    path = context["request"].path
    return drawing.drawn_navigation(context["may"], context.get("nav") or "", path)


@register.simple_tag(takes_context=True)
def drawn_user_menu(context: template.Context) -> SafeString:
    name, token = context["user"].signing_name, str(context.get("csrf_token") or "")
    return drawing.drawn_user_menu(context["may"], context["role_titles"], name, token)


@register.simple_tag(takes_context=True)
def drawn_footer(context: template.Context) -> SafeString:
    user = context.get("user")
    return drawing.drawn_footer(signed_in=bool(user and user.is_authenticated))


@register.simple_tag
def drawn_content_status(content: dict[str, Any]) -> SafeString:
    return drawing.drawn_content_status(content)


@register.filter
def drawn_steps(links: Iterable[StepLink]) -> SafeString:
    return drawing.drawn_steps(links)


@register.filter
def drawn_links(links: Iterable[FactLink]) -> SafeString:
    return drawing.drawn_links(links)


@register.filter
def drawn_precautions(warned: Iterable[Warned]) -> SafeString:
    return drawing.drawn_precautions(warned)
