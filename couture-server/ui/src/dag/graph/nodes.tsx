import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { createContext, memo, useContext } from "react";
import { Icon } from "../../parts/Icon";
import { stateColor, stateWords } from "../../parts/StateBadge";
import { useCell } from "./board";
import type { Box } from "./shape";

export type BoxNode = Node<{ box: Box; found: boolean; dim: boolean; chosen: boolean }>;

/** What a node lets a viewer do. */
export interface NodeActions {
  turn: (group: string, open: boolean) => void;
  zoom: (taskId: string, dagId: string) => void;
  /** Called as the pointer or the focus comes and goes. */
  preview: (dagId: string | null, at: Element | null) => void;
}

export const NodeActionsContext = createContext<NodeActions>({ turn: () => {}, zoom: () => {}, preview: () => {} });

const Ends = () => (
  <>
    <Handle type="target" position={Position.Left} isConnectable={false} />
    <Handle type="source" position={Position.Right} isConnectable={false} />
  </>
);

const classes = (base: string, data: BoxNode["data"]) =>
  [base, data.found && "found", data.dim && "dim", data.chosen && "chosen"].filter(Boolean).join(" ");

export const TaskBox = memo(function TaskBox({ data }: NodeProps<BoxNode>) {
  const { node } = data.box;
  const cell = useCell(node.id);
  const { zoom, preview } = useContext(NodeActionsContext);
  const state = cell?.[0] ?? null;
  const target = node.target_dag_id;
  return (
    <div
      className={`${classes("dag-node", data)}${state === "running" ? " running" : ""}`}
      style={{ borderLeftColor: stateColor(state) }}
      data-state={state ?? "none"}
      data-task={node.id}
    >
      <Ends />
      <span className="dag-node-label">
        {node.unavailable && (
          <span className="dag-node-warning" title={`It cannot be run here: ${node.unavailable}`}>
            <Icon name="warning" size={13} />
          </span>
        )}
        {node.label}
        {node.is_mapped && <span className="faint"> [{cell?.[4] ?? " "}]</span>}
      </span>
      <span className="dag-node-state">
        <i style={{ background: stateColor(state) }} />
        {stateWords(state)}
        {node.operator && (
          <span className="dag-node-operator" style={chip(node.ui_color)}>
            {node.operator}
          </span>
        )}
      </span>
      {target && (
        <button
          type="button"
          className="ghost dag-zoom nodrag"
          title={`Zoom into ${target}`}
          aria-label={`Zoom into DAG ${target}`}
          onClick={(event) => {
            event.stopPropagation();
            preview(null, null);
            zoom(node.id, target);
          }}
          onMouseEnter={(event) => preview(target, event.currentTarget)}
          onMouseLeave={() => preview(null, null)}
          onFocus={(event) => preview(target, event.currentTarget)}
          onBlur={() => preview(null, null)}
        >
          <Icon name="search" size={14} />
        </button>
      )}
    </div>
  );
});

/** An operator's own colour, where it is one; never anything else that CSS could read. */
function chip(color: string | null | undefined) {
  return color && /^(#[0-9a-fA-F]{3,8}|[a-zA-Z]+)$/.test(color) ? { borderBottomColor: color } : undefined;
}

export const GroupBox = memo(function GroupBox({ data }: NodeProps<BoxNode>) {
  const { node, open, holds } = data.box;
  const cell = useCell(node.id);
  const { turn } = useContext(NodeActionsContext);
  const state = cell?.[0] ?? null;
  return (
    <div
      className={classes(open ? "dag-group open" : "dag-group", data)}
      style={{ borderLeftColor: stateColor(state) }}
      title={node.tooltip ?? undefined}
      data-state={state ?? "none"}
      data-task={node.id}
    >
      <Ends />
      <button
        type="button"
        className="dag-group-head nodrag"
        aria-expanded={open}
        aria-label={`${open ? "fold" : "unfold"} ${node.id}`}
        onClick={(event) => {
          event.stopPropagation();
          turn(node.id, !open);
        }}
      >
        <span>{open ? "▾" : "▸"}</span> {node.label} <span className="faint">({holds})</span>
      </button>
      {!open && cell?.[5] && <StateBar counts={cell[5]} />}
    </div>
  );
});

/** How many of each state a folded group holds, as a bar. */
function StateBar({ counts }: { counts: Record<string, number> }) {
  const words = Object.entries(counts).map(
    ([state, count]) => `${count} ${stateWords(state === "none" ? null : state)}`,
  );
  return (
    <span className="dag-state-bar" title={words.join(", ")}>
      {Object.entries(counts).map(([state, count]) => (
        <i key={state} style={{ flexGrow: count, background: stateColor(state) }} />
      ))}
    </span>
  );
}

export const JoinDot = memo(function JoinDot() {
  return (
    <div className="dag-join">
      <Ends />
    </div>
  );
});

export const AssetBox = memo(function AssetBox({ data }: NodeProps<BoxNode>) {
  return (
    <div className={classes("dag-node asset", data)} title={data.box.node.id}>
      <Ends />
      <span className="dag-node-label">{data.box.node.label}</span>
      <span className="dag-node-state">asset</span>
    </div>
  );
});

export const NODE_TYPES = { task: TaskBox, taskGroup: GroupBox, join: JoinDot, asset: AssetBox };
