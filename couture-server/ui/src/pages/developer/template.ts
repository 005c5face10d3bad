/** What a new DAG file begins with. */
export function NEW_DAG(path: string): string {
  const name = (path.split("/").pop() ?? "").replace(/\.py$/, "").replace(/[^\w.-]/g, "_");
  return `from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(
    dag_id="${name}",
    start_date=datetime(2024, 1, 1),
    schedule=None,
    catchup=False,
) as dag:
    hello = BashOperator(task_id="hello", bash_command="echo hello")
`;
}
