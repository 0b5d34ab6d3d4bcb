"""The criteria engine: what do the documented facts say about a set of criteria, and why?

Pure Python: no Django, no clock, no database. Everything takes ``as_of``. Read in this order:

``facts``        what can be known about a person, and what is documented
``tree``         the criteria themselves: all, any, at least n, not, and tests of facts
``derived``      facts worked out from other facts (age, treatment history, PML stratum)
``evaluation``   three-valued evaluation with an explanation
``information``  which missing facts can still decide, and the shortest way to an answer
``codec``        criteria to and from plain data, and their content hash
"""
