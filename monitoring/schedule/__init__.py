"""The schedule engine: what is due for a person in treatment, when, and why then?

Pure Python: no Django, no clock, no database. Everything takes ``as_of``. Read in this order:

``months``         calendar arithmetic: months counted from an anchor, clamped to the month's end
``rules``          what a monitoring protocol consists of
``codec``          protocols from plain data, and the document that is stored and hashed
``conditions``     which conditions are met on a day, and when they can change
``record``         one person's infusions, results and facts, put in order
``timeline``       when is a rule in force?
``spans``          from when to when does it hold for this person, and why not
``items``          what comes out: due items, notes, the plan
``wording``        the sentence that says why this date
``infusions``      the infusions themselves
``chains``         tests counted from the last result; of a family of rules the tightest wins
``grids``          tests counted from a fixed day
``blackouts``      times in which a test misleads move it to their end
``occasions``      what is due before the start, before an infusion, after an event
``generator``      all of it together: ``Planner.generate``
``clearance``      may the next infusion be given?
``thresholds``     what does a result mean?
``bands``          between which values does a result mean the same?
``pml_risk``       risk by stratum from published tables, and when the stratum changes
``reading``        a person from plain data
``writing``        a plan as plain data
``lines``          people in, plans out, one a line
``examples``       do the worked examples of a protocol come out?
"""
