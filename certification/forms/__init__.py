"""What can be typed on the pages of certification? One class a form; the layout is in ``base``."""
