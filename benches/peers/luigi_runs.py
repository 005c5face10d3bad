"""Luigi: a chain of 40 tasks that do nothing.

As Luigi's documentation has it ("Building workflows", "Running from Python
code"): a task is a class with `requires`, `output` and `run`, its output is
a `LocalTarget`, and `luigi.build` runs the last one with the local scheduler
and one worker. Luigi remembers nothing of a run but the outputs, which it
does not sync: it is not durable.
"""

import sys
import time

import luigi

LENGTH = 40


class Noop(luigi.Task):
    """The n-th task of the chain."""

    n = luigi.IntParameter()
    chain = luigi.Parameter()

    def requires(self):
        return [Noop(n=self.n - 1, chain=self.chain)] if self.n else []

    def output(self):
        return luigi.LocalTarget(f'{self.chain}-{self.n}')

    def run(self):
        with self.output().open('w'):
            pass


def run(chain):
    """Seconds of one chain."""
    begun = time.perf_counter()
    is_done = luigi.build(
        [Noop(n=LENGTH - 1, chain=chain)], local_scheduler=True)
    took = time.perf_counter() - begun
    if not is_done:
        sys.exit('the chain failed')
    return took


if __name__ == '__main__':
    if sys.argv[1] != 'chain':
        sys.exit('Luigi is measured with a chain only')
    run('warm')
    print(luigi.__version__, run('timed'))
