"""Documents (文书): a screening as workbooks and a report, a household as sheets and its door card.

Reads plain values and writes files; asks no database, runs no rule, and takes every sentence
through ``words``, Chinese first.
"""
