import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent } from "react";
import { Link, useNavigate } from "react-router";
import { api, wordsOf } from "../../api/client";
import { paths } from "../../app/paths";
import { Code } from "../../code/Code";
import { Answer } from "../../parts/Answer";
import { useStored } from "../../parts/stored";
import { fromField, zone } from "../../parts/time";
import { toast } from "../../parts/toast";
import { dagPath } from "../data/paths";
import { detailsQuery } from "../data/queries";
import type { DagDetails, DagRun } from "../data/shapes";
import { useDagId } from "../frame/dagId";
import { FieldInput } from "./FieldInput";
import { faultOf, fieldsOf, NotJson, type Field } from "./params";

/** Starts a run, with what the DAG's params ask for. */
export default function TriggerView() {
  const details = useQuery(detailsQuery(useDagId()));
  return (
    <div className="dag-scroll" tabIndex={0}>
      {<Answer query={details}>{(dag) => <Form dag={dag} />}</Answer>}
    </div>
  );
}

interface Entered {
  conf: Record<string, unknown>;
  logicalDate: string;
  notBefore: string;
  runId: string;
  note: string;
  unpause: boolean;
}

function Form({ dag }: { dag: DagDetails }) {
  const fields = useMemo(() => fieldsOf(dag.params, dag.param_order), [dag.params, dag.param_order]);
  const [entered, setEntered] = useState<Entered>(() => ({
    conf: Object.fromEntries(fields.map((field) => [field.name, field.start])),
    logicalDate: "",
    notBefore: "",
    runId: "",
    note: "",
    unpause: dag.is_paused,
  }));
  const [mode, setMode] = useState<"form" | "json">(fields.length > 0 ? "form" : "json");
  const [json, setJson] = useState("{}");
  const where = useStored(zone);
  const set = (change: Partial<Entered>) => setEntered((old) => ({ ...old, ...change }));
  const { busy, error, trigger } = useTrigger(dag);
  const [tried, setTried] = useState(false);
  const faults = new Map(fields.map((field) => [field.name, faultOf(field, entered.conf[field.name])]));
  const parsed = parse(json);

  const show = (next: "form" | "json") => {
    if (next === "json")
      setJson(JSON.stringify(entered.conf, (_, value: unknown) => (value instanceof NotJson ? value.text : value), 2));
    else if (parsed.conf) set({ conf: { ...entered.conf, ...parsed.conf } });
    setMode(next);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (mode === "form" && [...faults.values()].some(Boolean)) {
      const form = event.currentTarget as HTMLFormElement;
      requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    const conf = mode === "form" ? entered.conf : parsed.conf;
    if (!conf) return;
    void trigger({
      ...entered,
      conf,
      logicalDate: fromField(entered.logicalDate, where) ?? "",
      notBefore: fromField(entered.notBefore, where) ?? "",
    });
  };
  return (
    <form className="dag-trigger card" onSubmit={onSubmit} noValidate>
      <h2>Trigger {dag.dag_id}</h2>
      {fields.length > 0 && (
        <div className="tabs" role="tablist">
          <button
            type="button"
            role="tab"
            aria-selected={mode === "form"}
            className={mode === "form" ? "tab active" : "tab"}
            onClick={() => show("form")}
          >
            Parameters
          </button>
          <button
            type="button"
            role="tab"
            aria-selected={mode === "json"}
            className={mode === "json" ? "tab active" : "tab"}
            onClick={() => show("json")}
          >
            JSON
          </button>
        </div>
      )}
      {mode === "form" ? (
        <Sections fields={fields}>
          {(field) => (
            <FieldInput
              key={field.name}
              field={field}
              value={entered.conf[field.name]}
              fault={tried || entered.conf[field.name] !== field.start ? (faults.get(field.name) ?? null) : null}
              onChange={(value) => set({ conf: { ...entered.conf, [field.name]: value } })}
            />
          )}
        </Sections>
      ) : (
        <div className="field">
          <span>Configuration (JSON)</span>
          <div className="dag-trigger-json">
            <Code value={json} name="json" label="Configuration as JSON" onChange={setJson} />
          </div>
          <span className={parsed.error ? "error-text" : "hint"}>
            {parsed.error ?? "Tasks read it as dag_run.conf and params."}
          </span>
        </div>
      )}
      <details className="dag-more">
        <summary>Dates, id and note</summary>
        <div className="fields">
          <label className="field">
            <span>Logical date ({where})</span>
            <input
              type="datetime-local"
              step={1}
              value={entered.logicalDate}
              onChange={(event) => set({ logicalDate: event.target.value })}
            />
            <span className="hint">
              {entered.notBefore ? "empty: the time before which it does not begin" : "empty: now"}
            </span>
          </label>
          <label className="field">
            <span>Not before ({where})</span>
            <input
              type="datetime-local"
              step={1}
              value={entered.notBefore}
              onChange={(event) => set({ notBefore: event.target.value })}
            />
            <span className="hint">the run waits until then; empty: it begins at once</span>
          </label>
          <label className="field">
            <span>Run id</span>
            <input value={entered.runId} maxLength={250} onChange={(event) => set({ runId: event.target.value })} />
            <span className="hint">empty: made from the date</span>
          </label>
        </div>
        <label className="field">
          <span>Note</span>
          <textarea
            rows={2}
            maxLength={1000}
            value={entered.note}
            onChange={(event) => set({ note: event.target.value })}
          />
        </label>
      </details>
      {dag.is_paused && (
        <label className="check">
          <input
            type="checkbox"
            checked={entered.unpause}
            onChange={(event) => set({ unpause: event.target.checked })}
          />{" "}
          Switch the DAG on: the run waits as long as it is paused
        </label>
      )}
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <div className="row dag-trigger-foot">
        <button type="submit" className="primary" disabled={busy || (mode === "json" && parsed.error !== null)}>
          {busy ? "Starting…" : "Trigger"}
        </button>
        <Link className="button" to={paths.dag(dag.dag_id)}>
          Cancel
        </Link>
      </div>
    </form>
  );
}

function Sections({ fields, children }: { fields: Field[]; children: (field: Field) => React.ReactNode }) {
  const sections = new Map<string, Field[]>();
  for (const field of fields) {
    const name = field.schema.section ?? "";
    sections.set(name, [...(sections.get(name) ?? []), field]);
  }
  return (
    <>
      {[...sections].map(([name, inside]) => (
        <fieldset key={name} className="dag-fields">
          {name && <legend>{name}</legend>}
          {inside.map(children)}
        </fieldset>
      ))}
    </>
  );
}

function parse(json: string): { conf: Record<string, unknown> | null; error: string | null } {
  try {
    const conf: unknown = json.trim() === "" ? {} : JSON.parse(json);
    if (conf === null || typeof conf !== "object" || Array.isArray(conf))
      return { conf: null, error: "an object is needed: {…}" };
    return { conf: conf as Record<string, unknown>, error: null };
  } catch (error) {
    return { conf: null, error: wordsOf(error) };
  }
}

function useTrigger(dag: DagDetails) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const trigger = async (entered: Entered) => {
    setBusy(true);
    setError(null);
    try {
      const run = await api.post<DagRun>(`${dagPath(dag.dag_id)}/dagRuns`, {
        conf: entered.conf,
        logical_date: entered.logicalDate || null,
        ...(entered.notBefore && { run_after: entered.notBefore }),
        ...(entered.runId && { dag_run_id: entered.runId }),
        ...(entered.note && { note: entered.note }),
      });
      if (dag.is_paused && entered.unpause) await api.patch(dagPath(dag.dag_id), { is_paused: false });
      const waits = new Date(run.run_after).getTime() > Date.now();
      toast.done(`run ${run.dag_run_id} ${waits ? "waits until it may begin" : "is started"}`);
      void client.invalidateQueries({ queryKey: ["dag", dag.dag_id] });
      void navigate(`${paths.dag(dag.dag_id, "graph")}?run=${encodeURIComponent(run.dag_run_id)}`);
    } catch (failure) {
      setError(wordsOf(failure));
      setBusy(false);
    }
  };
  return { busy, error, trigger };
}
