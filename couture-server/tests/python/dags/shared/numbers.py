"""A helper that is no DAG file."""


def double(number):
    return 2 * number
