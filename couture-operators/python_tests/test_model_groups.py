"""Mapped groups: what they give to other tasks."""

import unittest

from test_model_dags import OPEN, Model

GROUP = "@task\ndef inc(v): ...\n@task\ndef coll(x): ...\n@task_group\ndef g(v):\n    return {}\n"


class MappedGroups(Model):
    def test_the_value_is_what_the_function_returned(self):
        cases = {
            ("inc(v)", "coll(g.expand(v=[1, 2]))"): {"g.inc": [], "coll": ["g.inc"]},
            ("inc(v)", "coll(g.expand_kwargs([{'v': 1}]))"): {"g.inc": [], "coll": ["g.inc"]},
            ("inc(v)", "g.expand(v=[1]) >> EmptyOperator(task_id='e')"): {"g.inc": [], "e": ["g.inc"]},
            ("inc(v)['k']", "coll([g.expand(v=[1])])"): {"g.inc": [], "coll": ["g.inc"]},
            ("{'a': inc(v)}", "coll(g.expand(v=[1])['a'])"): {"g.inc": [], "coll": ["g.inc"]},
            ("inc(v).operator and None", "g.expand(v=[1]) >> EmptyOperator(task_id='e')"): {"g.inc": [], "e": ["g.inc"]},
            ("inc(v)", "inc.override(task_id='i').expand(v=g.expand(v=[1]))"): {"g.inc": [], "i": []},
        }
        for (returned, use), expected in cases.items():
            with self.subTest(returned=returned, use=use):
                dag = self.inside(GROUP.format(returned) + use)
                self.assertEqual(self.edges(dag), expected)
                if "'i'" in use:
                    self.assertEqual(dag["tasks"][1]["expand"], {"output": "g.inc"})

    def test_what_cannot_be_told_is_an_error(self):
        cases = {
            ("[inc(v), v]", "g.expand(v=[1])"): "group g returns its argument v",
            ("v['k']", "g.expand(v=[1])"): "group g returns its argument v",
            ("inc(v)", "@task_group\ndef outer(w):\n    return g.expand(v=[1, 2])\nouter.expand(w=[1])"): "group outer.g is mapped inside",
        }
        for (returned, use), expected in cases.items():
            with self.subTest(returned=returned, use=use):
                body = OPEN + "".join(f"    {line}\n" for line in (GROUP.format(returned) + use).splitlines())
                self.assertIn(expected, self.parsed(body)["error"]["reason"])


if __name__ == "__main__":
    unittest.main()
