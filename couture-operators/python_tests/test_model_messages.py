"""What authors are told of their mistakes."""

import unittest

from test_model_dags import OPEN, Model


class Messages(Model):
    def test_each_names_what_to_do(self):
        cases = {
            "BashOperator(task_id='b', bash_comand='x')": (
                "AirflowException: missing keyword argument 'bash_command' of BashOperator; it does not know 'bash_comand'"
            ),
            "BashOperator(task_id='b', retries=2)": "AirflowException: missing keyword argument 'bash_command' of BashOperator",
            "from airflow.models import Variable; Variable.get('nope')": (
                "KeyError: \"there is no variable 'nope'; set it, set AIRFLOW_VAR_NOPE, or give a default (default_var=...)\""
            ),
        }
        for body, expected in cases.items():
            with self.subTest(body):
                self.assertEqual(self.parsed(OPEN + f"    {body}\n")["error"]["reason"], expected)


if __name__ == "__main__":
    unittest.main()
