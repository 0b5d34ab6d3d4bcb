"""Reference packs: is this folder of YAML files sound, and what does it hold?

Pure Python: no Django, no clock, no database. Read in this order:

``problems``     what is wrong with a pack: file, line, path, found, allowed
``reading``      files to plain data, with the line of every value
``schema``       the shape of every entry (and the JSON Schema for editors)
``trees``        the shape of a criteria tree
``checking``     what only the whole pack can tell: references between entries
``pack``         ``read_pack(*folders)``: a pack loads whole or not at all
``examples``     do the worked examples come out as their authors say?
"""
