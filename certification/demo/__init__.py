"""Synthetic people and cases for demonstrations, made through the same actions as everything else.

``accounts``  who can sign in
``people``    invented people with varied courses and treatment histories
``cases``     cases in every state, answered from the worked examples of the criteria
"""
