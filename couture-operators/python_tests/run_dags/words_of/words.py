"""A module beside the DAG files."""


class Box:
    lid = "open"

    def close(self, times):
        return f"closed {times}"


def shout(text):
    return text.upper() + "!"
