"""`python -m couture.run`: one attempt, whose file is imported for it alone."""

from .attempt import main

if __name__ == "__main__":
    main()
