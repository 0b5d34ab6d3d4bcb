from django.apps import AppConfig


class CertificationConfig(AppConfig):
    name = "certification"
    verbose_name = "Certification"
    notice_source = "certification.quarantine.notices"
    """Asked by ``case_notices`` for what the reader of a case should know."""
    notice_source = "certification.content_notices.notices"
    """What the reader of a case should know about the content that it rests on."""
