import { Stored } from "../../parts/stored";

/** The operations that change nothing, as the server's audit log names them. */
const NAMES =
  "get_all_connections get_asset get_asset_events get_assets get_backfill get_calendar get_code_artifact " +
  "get_code_artifact_versions get_code_artifacts get_code_brick get_code_bricks get_config get_config_value " +
  "get_connection get_connection_of_id get_connections get_connections_of_id get_dag get_dag_details get_dag_file " +
  "get_dag_file_versions get_dag_files get_dag_run get_dag_runs get_dag_source get_dag_stats get_dag_tags " +
  "get_dag_version get_dag_versions get_dags get_dashboard get_event_log get_event_logs get_events " +
  "get_external_log_url get_extra_links get_graph get_grid get_history get_import_errors get_jobs get_ldap " +
  "get_log get_log_stream get_mapped_task_instance get_mapped_task_instance_dependencies " +
  "get_mapped_task_instance_tries get_mapped_task_instance_try_details get_mapped_task_instances get_metrics " +
  "get_my_sessions get_my_tokens get_openapi get_permissions get_plugins get_pool get_pools get_providers " +
  "get_role get_roles get_run_log get_sla_misses get_task get_task_instance get_task_instance_dependencies " +
  "get_task_instance_tries get_task_instance_try_details get_task_instances get_tasks get_user " +
  "get_user_statistics get_users get_variable get_variables get_variables_used get_version get_xcom_entries " +
  "get_xcom_entry list_backfills list_dag_warnings";

/** For `excluded_events`: leaves what people changed. */
export const READS = NAMES.split(" ").join(",");

/** Whether this viewer wants to see who looked at what, too. */
export const shownReads = new Stored<"show" | "hide">("auditReads", ["show", "hide"], "hide");
