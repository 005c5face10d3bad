"""Reading DAG files: `python -m couture.parse` serves requests, one process for each file."""
