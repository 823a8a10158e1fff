"""How the schema came to be, step by step (Alembic). ``make migration NAME=…`` writes the next step.

A step is never changed once it was released: a database somewhere has taken it.
"""
