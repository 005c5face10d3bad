"""`python -m couture.parse`."""

from couture.parse.server import main

main()
