"""Variables: texts by name that an installation keeps."""

from couture.model.variable import Variable

__all__ = ["Variable"]
