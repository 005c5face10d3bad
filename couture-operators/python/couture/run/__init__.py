"""One attempt of a Python task: its conversation with the supervisor, its context, its end.

`python -m couture.run` runs one attempt that imports its file itself; `python -m couture.run.warm` is the parent of attempts that
find the file imported. Both speak over descriptor 3.
"""
