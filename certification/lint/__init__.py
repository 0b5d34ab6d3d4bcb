"""Does every claim of the content rest on a source that can carry it? Pure, as ``criteria`` is."""
