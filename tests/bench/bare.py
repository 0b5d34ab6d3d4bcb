"""The bare view that pages are compared with: a session, a user, one template, nothing else."""

from __future__ import annotations

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


urlpatterns = [path("bare/", bare)]
