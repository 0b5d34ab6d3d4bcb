"""How are references read from the files of other programs, and written for them? Pure.

``authors``   a person or a body, as a pack, a form and a citation style write it
``places``    "N Engl J Med 354(9):899-910": a journal, volume, issue and pages in one line
``items``     between an item of CSL-JSON and the columns of a reference
``words``     text of a file as plain text of one line
``ris``, ``bibtex``, ``csl_json``, ``pubmed``   one format each: to items and back
``reading``   which format is it, and what stands in it?
``writing``   references as a file
``keys``      a readable key that nobody has yet

An item of CSL-JSON is the form in which all formats meet.
"""
