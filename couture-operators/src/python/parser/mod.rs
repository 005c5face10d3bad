//! Makes DAGs of Python files.
