"""What DAG files are written with, how they are read, and how their tasks run."""

__version__ = "1.0.0"
