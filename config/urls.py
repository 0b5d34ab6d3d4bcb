"""Which address leads where? The only module that knows both applications."""

from django.contrib import admin
from django.urls import include, path

from certification.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("monitoring/", include("monitoring.urls")),
    path("", include("certification.urls")),
]
