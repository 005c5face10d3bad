"""Operators that run in Python. Those that Couture runs by itself have their `execute` here for subclasses and mapped tasks."""
