import { useId, useState } from "react";
import { fromField, toField } from "../../parts/time";
import { NotJson, type Field } from "./params";

interface Props {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  fault: string | null;
}

/** The input that fits a parameter's schema. */
export function FieldInput({ field, value, onChange, fault }: Props) {
  const id = useId();
  const hint = `${id}-hint`;
  const described = { "aria-describedby": hint, "aria-invalid": fault !== null };
  const label = (
    <label htmlFor={id}>
      {field.title}
      {!field.optional && field.kind !== "switch" && field.kind !== "text" && <span aria-hidden="true"> *</span>}
    </label>
  );
  const isSwitch = field.kind === "switch";
  return (
    <div className={fault ? "field dag-param wrong" : "field dag-param"}>
      <div className={isSwitch ? "row" : "dag-param-head"}>
        {isSwitch && <Input {...{ field, value, onChange, id, described }} />}
        {label}
        {field.title !== field.name && <code className="faint">{field.name}</code>}
      </div>
      {!isSwitch && <Input {...{ field, value, onChange, id, described }} />}
      <span id={hint} className={fault ? "error-text" : "hint"} role={fault ? "alert" : undefined}>
        {fault ? `${fault.charAt(0).toUpperCase()}${fault.slice(1)}. ${field.description ?? ""}` : hintOf(field)}
      </span>
    </div>
  );
}

/** What the field says below it: the author's words, and what the input does not show by itself. */
function hintOf(field: Field): string {
  const { minimum, maximum } = field.schema;
  const range =
    field.kind !== "number" || (minimum === undefined && maximum === undefined)
      ? null
      : minimum !== undefined && maximum !== undefined
        ? `${minimum} to ${maximum}`
        : minimum !== undefined
          ? `at least ${minimum}`
          : `at most ${maximum}`;
  const how = field.kind === "datetime" ? "in UTC" : field.kind === "list" ? "one value a line" : range;
  if (!how) return field.description ?? "";
  return field.description ? `${field.description} (${how})` : how;
}

type InputProps = Pick<Props, "field" | "value" | "onChange"> & {
  id: string;
  described: { "aria-describedby": string; "aria-invalid": boolean };
};

function Input(props: InputProps) {
  const { field, value, onChange, id, described } = props;
  const { schema, optional } = field;
  const text = typeof value === "string" ? value : value === null || value === undefined ? "" : String(value);
  const orNull = (next: string) => onChange(next === "" && optional ? null : next);
  switch (field.kind) {
    case "switch":
      return (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
          {...described}
        />
      );
    case "number":
      return (
        <input
          id={id}
          type="number"
          step={[schema.type].flat().includes("integer") ? 1 : "any"}
          min={schema.minimum}
          max={schema.maximum}
          value={typeof value === "number" && !Number.isNaN(value) ? value : ""}
          onChange={(event) => onChange(event.target.value === "" ? null : event.target.valueAsNumber)}
          {...described}
        />
      );
    case "choice":
      return <Choice {...props} />;
    case "choices":
      return <Choices {...props} />;
    case "lines":
      return <textarea id={id} rows={4} value={text} onChange={(event) => orNull(event.target.value)} {...described} />;
    case "list":
      return (
        <textarea
          id={id}
          rows={3}
          value={Array.isArray(value) ? value.join("\n") : text}
          onChange={(event) => onChange(event.target.value === "" ? [] : event.target.value.split("\n"))}
          {...described}
        />
      );
    case "json":
      return <JsonInput {...props} />;
    case "datetime":
      return (
        <input
          id={id}
          type="datetime-local"
          step={1}
          value={toField(text || null, "UTC")}
          onChange={(event) => onChange(fromField(event.target.value, "UTC"))}
          {...described}
        />
      );
    case "date":
    case "time":
      return (
        <input id={id} type={field.kind} value={text} onChange={(event) => orNull(event.target.value)} {...described} />
      );
    case "text":
      return (
        <>
          <input
            id={id}
            value={text}
            list={schema.examples ? `${id}-list` : undefined}
            onChange={(event) => orNull(event.target.value)}
            {...described}
          />
          {schema.examples && (
            <datalist id={`${id}-list`}>
              {schema.examples.map((one) => (
                <option key={String(one)} value={String(one)} />
              ))}
            </datalist>
          )}
        </>
      );
  }
}

const display = (field: Field, value: unknown) => field.schema.values_display?.[String(value)] ?? String(value);

function Choice({ field, value, onChange, id, described }: InputProps) {
  const choices = field.schema.enum ?? [];
  const at = choices.findIndex((one) => one === value);
  return (
    <select
      id={id}
      value={at}
      onChange={(event) => onChange(choices[Number(event.target.value)] ?? null)}
      {...described}
    >
      {at < 0 && <option value={-1}>choose…</option>}
      {choices.map((one, index) => (
        <option key={index} value={index}>
          {one === null ? "none" : display(field, one)}
        </option>
      ))}
    </select>
  );
}

function Choices({ field, value, onChange, id }: InputProps) {
  const chosen: unknown[] = Array.isArray(value) ? value : [];
  return (
    <div id={id} className="dag-options" role="group" aria-label={field.title}>
      {(field.schema.examples ?? []).map((one) => (
        <label key={String(one)} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, one] : chosen.filter((other) => other !== one))
            }
          />
          {display(field, one)}
        </label>
      ))}
    </div>
  );
}

function JsonInput({ field, value, onChange, id, described }: InputProps) {
  const [text, setText] = useState(() => (value instanceof NotJson ? value.text : JSON.stringify(value, null, 2)));
  const onText = (next: string) => {
    setText(next);
    if (next.trim() === "") return onChange(null);
    try {
      onChange(JSON.parse(next));
    } catch {
      onChange(new NotJson(next));
    }
  };
  return (
    <textarea
      id={id}
      className="mono"
      rows={Math.min(12, Math.max(3, text.split("\n").length))}
      spellCheck={false}
      placeholder={field.optional ? "null" : "JSON"}
      value={text}
      onChange={(event) => onText(event.target.value)}
      {...described}
    />
  );
}
