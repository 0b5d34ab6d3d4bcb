"""The criteria engine: what do the documented facts say about a set of criteria, and why?

Pure Python: no Django, no clock, no database. Everything takes ``as_of``. Read in this order:

``facts``          what can be known about a person, what is documented, and reading it
``tree``           the criteria themselves: all, any, at least n, not, and tests of facts
``interpreter``    three-valued truth of a tree, the plainest way: the meaning of everything else
``derived``        facts worked out from other facts, what does not apply, contradictions
``needs``          which facts a set of criteria needs
``evaluation``     the ``Evaluator``: recommendation, unmet criteria, missing facts
``explanation``    why each criterion is met, not met or unknown
``tree_words``     criteria and values as sentences

Which missing facts can still decide, and the shortest way to an answer:

``information``    what the two mean, exactly
``groundwork``     what is the same for everyone under one criteria set
``open_questions`` the work for one person
``answers``        the finitely many kinds of answers to a question
``diagram``        a result as a function of many questions
``arrangement``    the order of the questions in a diagram

Criteria as data, and for very many people:

``codec``          criteria sets and documents to and from plain data, and their hash
                   (``codec_nodes``, ``codec_facts`` and ``plain`` are its parts)
``compiled``       criteria as Python functions; ``compiled_explanation`` likewise
``lines``          people as JSON Lines in, answers as JSON Lines out
"""
