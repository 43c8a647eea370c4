"""Screening (筛查): from the offices' tables to every household's states, tasks and questions.

Needs no database and no Django: a folder of tables and a pack go in, plain values come out, which
``documents`` writes and the command prints.
"""
