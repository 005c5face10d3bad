import { Link } from "react-router";
import { Icon } from "../../parts/Icon";

/** Where a viewer zoomed in from: a DAG, its run and the address there. */
export interface Via {
  dag: string;
  /** The address to go back to. */
  to: string;
}

export function readVia(text: string): Via | null {
  try {
    const via: unknown = JSON.parse(text);
    if (!via || typeof via !== "object" || !("dag" in via) || !("to" in via)) return null;
    const { dag, to } = via;
    // Only addresses of this page's own DAGs: a link that somebody sends must not lead elsewhere.
    return typeof dag === "string" && typeof to === "string" && /^\/dags\/[^/\\]/.test(to) ? { dag, to } : null;
  } catch {
    return null;
  }
}

export function WayBack({ via }: { via: string }) {
  const from = readVia(via);
  if (!from) return null;
  return (
    <Link className="dag-back" to={from.to}>
      <Icon name="left" size={14} /> Back to {from.dag}
    </Link>
  );
}
