from airflow.operators.bash import BashOperator

run_spark_pi = BashOperator(
    task_id="run_spark_pi_example",
    bash_command=(
        '"${SPARK_HOME:?set SPARK_HOME to the folder of Spark}/bin/spark-submit" --class org.apache.spark.examples.SparkPi '
        "--master {{ params.master }} --name '{{ dag.dag_id }}.{{ task.task_id }}' "
        '"$SPARK_HOME"/examples/jars/spark-examples_*.jar {{ params.slices }}'
    ),
    params={"master": "local[2]", "slices": 10},
    dag=dag,
)
