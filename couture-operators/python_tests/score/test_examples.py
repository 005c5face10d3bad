"""The example DAG files parse, and have the tasks and edges that they should."""

import json
import sys
import unittest
from pathlib import Path

from .parsing import Parser, compare_file

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[2] / "examples" / "dags"


class Examples(unittest.TestCase):
    """One parser for all files."""

    @classmethod
    def setUpClass(cls):
        cls.table = json.loads((HERE / "seed_blocks.json").read_text(encoding="utf-8"))
        cls.parser = Parser(sys.executable)

    @classmethod
    def tearDownClass(cls):
        cls.parser.close()

    def test_files_are_those_of_the_table(self):
        self.assertEqual(sorted(path.name for path in EXAMPLES.glob("*.py")), sorted(self.table["files"]))

    def test_every_block_has_a_file(self):
        for block in self.table["blocks"]:
            with self.subTest(lines=block["lines"]):
                self.assertTrue(self.table["files"].get(block["file"]), block)
                self.assertLessEqual(*block["lines"])

    def test_tasks_and_edges(self):
        for name, expected in self.table["files"].items():
            with self.subTest(file=name):
                self.assertEqual(compare_file(self.parser.parse(EXAMPLES, name), expected), [])

    def test_the_page_names_every_file(self):
        page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
        for name in self.table["files"]:
            self.assertIn("`%s`" % name, page)


if __name__ == "__main__":
    unittest.main()
