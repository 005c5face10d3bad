import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import type { Schema } from "../../api/types";
import { paths } from "../../app/paths";
import { Icon } from "../../parts/Icon";
import { Time } from "../../parts/Time";

/** The files that cannot be read, each with its traceback, above the DAGs. */
export function ImportErrors() {
  const may = useMay();
  const allowed = may("read", "ImportError");
  const { data } = useQuery({
    queryKey: ["importErrors"],
    queryFn: () => api.get<Schema<"ImportErrorList">>("/importErrors?warnings=true&limit=1000"),
    enabled: allowed,
  });
  if (!allowed || !data || data.import_errors.length === 0) return null;
  const errors = data.import_errors;
  const broken = new Set(errors.filter((error) => !error.is_warning).map((error) => error.filename)).size;
  const warnings = errors.filter((error) => error.is_warning).length;
  return (
    <details className={broken > 0 ? "import-errors" : "import-errors only-warnings"}>
      <summary>
        <Icon name="warning" /> {summary(broken, warnings, data.total_entries > errors.length)}
      </summary>
      {errors.map((error) => (
        <details key={error.import_error_id} className="import-error" open={errors.length === 1}>
          <summary>
            <code>{error.filename}</code>{" "}
            <span className="faint import-error-reason">{lastLine(error.stack_trace)}</span>
          </summary>
          <div className="import-error-body">
            <pre>{error.stack_trace}</pre>
            <p className="row">
              <span className="faint">
                since <Time value={error.timestamp} />
              </span>
              {may("edit", "Manage DAGs") && <Link to={paths.file(error.filename)}>Edit the file</Link>}
            </p>
          </div>
        </details>
      ))}
    </details>
  );
}

function summary(broken: number, warnings: number, hasMore: boolean): string {
  const files = broken === 1 ? "One DAG file cannot be read" : `${broken} DAG files cannot be read`;
  const odd = warnings === 1 ? "one warning about DAG files" : `${warnings} warnings about DAG files`;
  const parts = [broken > 0 && files, warnings > 0 && odd].filter(Boolean).join(", ");
  return `${parts.charAt(0).toUpperCase()}${parts.slice(1)}${hasMore ? ", and more" : ""}`;
}

function lastLine(text: string): string {
  const line = text.trim().split("\n").pop() ?? "";
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
