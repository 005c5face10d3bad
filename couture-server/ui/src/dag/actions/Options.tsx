interface Props<K extends string> {
  options: readonly (readonly [K, string, string])[];
  chosen: Readonly<Record<K, boolean>>;
  onChange: (chosen: Record<K, boolean>) => void;
}

/** Choices of an action, each with what it means. */
export function Options<K extends string>({ options, chosen, onChange }: Props<K>) {
  return (
    <fieldset className="dag-options">
      <legend className="visually-hidden">Options</legend>
      {options.map(([key, label, meaning]) => (
        <label key={key} className="check" title={meaning}>
          <input
            type="checkbox"
            checked={chosen[key]}
            onChange={(event) => onChange({ ...chosen, [key]: event.target.checked })}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
