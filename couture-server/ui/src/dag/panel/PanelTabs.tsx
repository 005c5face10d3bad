import { useView } from "../data/view";

interface Props {
  tabs: readonly (readonly [string, string])[];
  open: string;
}

/** The tabs inside the panel; the address keeps which is open. */
export function PanelTabs({ tabs, open }: Props) {
  const { change } = useView();
  return (
    <div className="tabs dag-panel-tabs" role="tablist">
      {tabs.map(([key, label]) => (
        <button
          key={key}
          type="button"
          role="tab"
          aria-selected={key === open}
          className={key === open ? "tab active" : "tab"}
          onClick={() => change({ tab: key }, true)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
