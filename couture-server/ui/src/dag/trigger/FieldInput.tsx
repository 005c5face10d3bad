import { useId, useState } from "react";
import { fromField, toField } from "../../parts/time";
import type { Field } from "./params";

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
  return (
    <div className="field">
      <label htmlFor={id}>
        <span>
          {field.title}
          {!field.optional && field.kind !== "switch" && field.kind !== "text" && <span aria-hidden="true"> *</span>}
        </span>
      </label>
      <Input {...{ field, value, onChange, id, described }} />
      <span id={hint} className={fault ? "error-text" : "hint"}>
        {fault ?? field.description}
      </span>
    </div>
  );
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
          placeholder="one value a line"
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

function JsonInput({ value, onChange, id, described }: InputProps) {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [bad, setBad] = useState(false);
  return (
    <>
      <textarea
        id={id}
        className="mono"
        rows={5}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          try {
            onChange(event.target.value.trim() === "" ? null : JSON.parse(event.target.value));
            setBad(false);
          } catch {
            setBad(true);
          }
        }}
        {...described}
      />
      {bad && <span className="error-text">this is not JSON yet; the last valid value is kept</span>}
    </>
  );
}
