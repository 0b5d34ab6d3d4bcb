from django.apps import AppConfig


class CertificationConfig(AppConfig):
    name = "certification"
    verbose_name = "Certification"
    notice_source = "certification.content_notices.notices"
    """Asked by ``case_notices`` for what the reader of a case should know."""
