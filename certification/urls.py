"""The addresses of certification. Records are addressed by id, never by name or number."""

from django.urls import URLPattern

app_name = "certification"

urlpatterns: list[URLPattern] = []
