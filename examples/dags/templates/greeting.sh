echo "{{ params.greeting }}, it is {{ ds }}"
echo "this run is {{ run_id }}"
