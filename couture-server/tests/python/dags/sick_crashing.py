"""A dag file of airflow that crashes."""

import ctypes

ctypes.string_at(0)
