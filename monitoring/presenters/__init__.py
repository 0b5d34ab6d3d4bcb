"""What may a template of monitoring see?"""
