import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { Dialog } from "../parts/Dialog";

const PLACES: [string, string, string][] = [
  ["d", "/dags", "DAGs"],
  ["r", "/browse/runs", "DAG runs"],
  ["t", "/browse/task-instances", "Task instances"],
  ["l", "/browse/audit-logs", "Audit logs"],
  ["m", "/developer/dags", "Manage DAGs"],
  ["v", "/admin/variables", "Variables"],
  ["c", "/admin/connections", "Connections"],
];

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.shadowRoot !== null);

/** The keys that work on every page: `g` and a letter goes somewhere, `/` searches, `?` explains. */
export function useKeys(onHelp: () => void): void {
  const navigate = useNavigate();
  const help = useRef(onHelp);
  useEffect(() => {
    help.current = onHelp;
  });
  useEffect(() => {
    let going = false;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      if (going) {
        going = false;
        const place = PLACES.find(([key]) => key === event.key);
        if (place) {
          event.preventDefault();
          void navigate(place[1]);
        }
      } else if (event.key === "g") {
        going = true;
        setTimeout(() => (going = false), 1200);
      } else if (event.key === "?") help.current();
      else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("input[type=search]");
        if (field) {
          event.preventDefault();
          field.focus();
          field.select();
        }
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate]);
}

export function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>Search on this page</dd>
        {PLACES.map(([key, , name]) => (
          <div key={key} className="keys-row">
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>Close a menu or a dialog</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>This help</dd>
      </dl>
    </Dialog>
  );
}
