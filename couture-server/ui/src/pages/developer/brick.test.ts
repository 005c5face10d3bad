import { expect, test } from "vitest";
import { namesDag, needsDag } from "./brick";

test.each([
  ["BashOperator(task_id='a', dag=dag)", true],
  ["BashOperator(task_id='a', dag = dag,", true],
  ["BashOperator(task_id='a')", false],
  ["f(dag_id=dag_id)", false],
])("%j needs dag: %j", (code, expected) => expect(needsDag(code)).toBe(expected));

test.each([
  ["dag = DAG('a')", true],
  ["with DAG('a') as dag:", true],
  ["    dag=DAG('a')", true],
  ["with DAG('a') as flow:", false],
  ["my_dag = DAG('a')", false],
  ["BashOperator(dag=flow)", false],
  ["", false],
])("%j names dag: %j", (text, expected) => expect(namesDag(text)).toBe(expected));
