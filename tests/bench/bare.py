"""The bare view that pages are compared with: a session, a user, one template, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

# What ``django-admin startproject`` switches on.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATE = engines["django"].from_string(
    "<!doctype html><html lang='en'><title>Bare</title>"
    "<h1>{{ request.user.name }}</h1><p>{{ visits }}</p></html>"
)


@login_required(login_url="/")
def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(TEMPLATE.render({"visits": request.session.get("visits", 0)}, request))


def addressed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Sends every request to the addresses of this module."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


urlpatterns = [path("bare/", bare)]
