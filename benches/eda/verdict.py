"""What was measured, line by line, and whether all that must hold does."""


class Verdict:
    """Prints lines; `failed` counts those that must hold and do not."""

    def __init__(self):
        self.failed = 0

    def tell(self, topic, text):
        """A line that only tells."""
        print(f"{topic:26} {text}", flush=True)

    def must(self, topic, text, holds):
        """A line that must hold."""
        self.failed += not holds
        self.tell(topic, f"{text}: {'ok' if holds else 'FAILS'}")
