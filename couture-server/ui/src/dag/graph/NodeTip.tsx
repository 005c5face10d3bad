import { createPortal } from "react-dom";
import { useNow } from "../../parts/now";
import { StateBadge } from "../../parts/StateBadge";
import { formatDuration } from "../../parts/time";
import { Time } from "../../parts/Time";
import { secondsBetween } from "../data/duration";
import { Counts } from "../grid/CellTip";
import { useCell } from "./board";
import type { Box } from "./shape";

/** What a node is and how it fares, below it. */
export function NodeTip({ box, at }: { box: Box | undefined; at: DOMRect }) {
  if (!box || box.node.kind === "join" || box.open) return null;
  const left = Math.max(8, Math.min(at.left, window.innerWidth - 340));
  const above = at.bottom + 220 > window.innerHeight;
  const place = above ? { left, bottom: window.innerHeight - at.top + 6 } : { left, top: at.bottom + 6 };
  return createPortal(
    <div className="dag-tip fixed" role="tooltip" style={place}>
      <Body box={box} />
    </div>,
    document.body,
  );
}

function Body({ box: { node, holds } }: { box: Box }) {
  const cell = useCell(node.id);
  const now = useNow();
  return (
    <>
      <b>{node.id}</b>
      {node.kind !== "asset" && <StateBadge state={cell?.[0]} />}
      <dl>
        {node.operator && <Line name="operator">{node.operator}</Line>}
        {node.kind === "group" && <Line name="tasks">{holds}</Line>}
        {node.trigger_rule && node.trigger_rule !== "all_success" && (
          <Line name="trigger rule">{node.trigger_rule}</Line>
        )}
        {node.unavailable && <Line name="cannot run">{node.unavailable}</Line>}
        {node.target_dag_id && <Line name="runs DAG">{node.target_dag_id}</Line>}
        {cell && cell[2] !== null && (
          <>
            <Line name="started">
              <Time value={cell[2]} />
            </Line>
            <Line name="took">{formatDuration(secondsBetween(cell[2], cell[3], now))}</Line>
          </>
        )}
        {cell && cell[1] > 1 && <Line name="try">{cell[1]}</Line>}
      </dl>
      {cell?.[5] && <Counts counts={cell[5]} mapped={cell[4]} />}
      {(node.tooltip || node.doc_md) && <p className="dag-tip-note">{(node.tooltip || node.doc_md)!.slice(0, 400)}</p>}
    </>
  );
}

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
