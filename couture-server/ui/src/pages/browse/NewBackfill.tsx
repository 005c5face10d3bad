import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, wordsOf } from "../../api/client";
import type { Schema } from "../../api/types";
import { Field, FormDialog, readJson } from "../../form/Form";
import { useStored } from "../../parts/stored";
import { fromField, zone } from "../../parts/time";
import { toast } from "../../parts/toast";
import { Time } from "../../parts/Time";

const BEHAVIOURS = [
  ["none", "Only dates that have no run"],
  ["failed", "Also runs that failed"],
  ["completed", "All, also runs that succeeded"],
] as const;

/** Makes runs for a range of dates, and shows first which. */
export function NewBackfill({
  dagId = "",
  onClose,
  onDone,
}: {
  dagId?: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const where = useStored(zone);
  const [dag, setDag] = useState(dagId);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [behaviour, setBehaviour] = useState("none");
  const [most, setMost] = useState(10);
  const [backwards, setBackwards] = useState(false);
  const [conf, setConf] = useState("");
  const parsed = readJson(conf);
  const valid = dag !== "" && from !== "" && to !== "" && "value" in parsed;
  const body = {
    dag_id: dag,
    from_date: fromField(from, where),
    to_date: fromField(to, where),
    run_backwards: backwards,
    dag_run_conf: ("value" in parsed && parsed.value) || {},
    max_active_runs: most,
    reprocess_behavior: behaviour,
  };
  const plan = useQuery({
    queryKey: ["backfillPlan", body],
    queryFn: () => api.post<Schema<"PlanList">>("/backfills/dry_run", body),
    enabled: valid,
    retry: false,
  });
  const dates = plan.data?.backfills ?? [];
  return (
    <FormDialog
      title="New backfill"
      action={plan.data ? `Create ${plan.data.total_entries} runs` : "Create"}
      valid={valid && !plan.isError}
      onClose={onClose}
      save={async () => {
        await api.post("/backfills", body);
        toast.done(`the backfill of ${dag} begins`);
        onDone();
      }}
    >
      <Field label="DAG">
        <input
          required
          value={dag}
          readOnly={dagId !== ""}
          spellCheck={false}
          onChange={(event) => setDag(event.target.value)}
        />
      </Field>
      <div className="fields">
        <Field label={`From (${where})`}>
          <input type="datetime-local" required value={from} onChange={(event) => setFrom(event.target.value)} />
        </Field>
        <Field label={`To (${where})`}>
          <input type="datetime-local" required value={to} onChange={(event) => setTo(event.target.value)} />
        </Field>
        <Field label="What runs">
          <select value={behaviour} onChange={(event) => setBehaviour(event.target.value)}>
            {BEHAVIOURS.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Runs at once">
          <input type="number" min={1} value={most} onChange={(event) => setMost(Number(event.target.value))} />
        </Field>
      </div>
      <label className="check field">
        <input type="checkbox" checked={backwards} onChange={(event) => setBackwards(event.target.checked)} /> Newest
        first
      </label>
      <Field
        label="Configuration (JSON)"
        hint={"error" in parsed ? <span className="error-text">{parsed.error}</span> : undefined}
      >
        <textarea
          className="mono"
          rows={3}
          value={conf}
          spellCheck={false}
          onChange={(event) => setConf(event.target.value)}
        />
      </Field>
      {plan.isError && <p className="error-text">{wordsOf(plan.error)}</p>}
      {plan.data && (
        <p className="soft">
          {plan.data.total_entries === 0 ? "There is nothing to run in this range." : `${plan.data.total_entries} runs`}
          {dates.length > 0 && (
            <>
              : <Time value={dates[0]?.logical_date} />
              {dates.length > 1 && (
                <>
                  {" "}
                  to <Time value={dates[dates.length - 1]?.logical_date} />
                </>
              )}
            </>
          )}
        </p>
      )}
    </FormDialog>
  );
}
