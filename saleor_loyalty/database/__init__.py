"""Statements of our own on PostgreSQL, that any room may use.

It may import models alone. It promises one statement for several tables, pages that cost the same
however deep, and due rows that one worker holds at a time.
"""
