import { useQuery } from "@tanstack/react-query";
import { createPortal } from "react-dom";
import { wordsOf } from "../../api/client";
import { graphQuery } from "../data/queries";
import { pathOf, type Laid } from "./shape";
import { useLayout } from "./useLayout";

const FOLDED = () => false;
const WIDTH = 480;
const HEIGHT = 260;

/** The inside of a DAG at a glance, beside the button that leads there. */
export function Preview({ dagId, at }: { dagId: string; at: DOMRect }) {
  const graph = useQuery(graphQuery(dagId, {}));
  const arrange = graph.data?.arrange === "TB" ? "TB" : "LR";
  const { laid } = useLayout(graph.data, FOLDED, arrange);
  const left = Math.max(8, Math.min(at.left - WIDTH / 2, window.innerWidth - WIDTH - 8));
  const below = at.bottom + HEIGHT + 48 < window.innerHeight;
  const top = below ? at.bottom + 8 : Math.max(8, at.top - HEIGHT - 48);
  return createPortal(
    <div className="dag-preview" role="tooltip" style={{ left, top, width: WIDTH }}>
      <b>{dagId}</b>
      {graph.isError ? (
        <p className="error-text">{wordsOf(graph.error)}</p>
      ) : laid ? (
        <Small laid={laid} />
      ) : (
        <p className="faint">Loading…</p>
      )}
    </div>,
    document.body,
  );
}

function Small({ laid }: { laid: Laid }) {
  const scale = Math.min((WIDTH - 24) / Math.max(1, laid.width), HEIGHT / Math.max(1, laid.height), 1);
  return (
    <svg
      width={WIDTH - 24}
      height={Math.max(40, Math.min(HEIGHT, laid.height * scale))}
      viewBox={`0 0 ${Math.max(laid.width, (WIDTH - 24) / Math.max(scale, 0.01))} ${laid.height}`}
      preserveAspectRatio="xMinYMid meet"
      aria-hidden="true"
    >
      {laid.lines.map((line) => (
        <path key={line.id} d={pathOf(line.points)} className="dag-edge" fill="none" />
      ))}
      {laid.boxes.map(({ node, x, y, width, height }) => (
        <g key={node.id} transform={`translate(${x},${y})`}>
          <rect width={width} height={height} rx={6} className="dag-preview-box" />
          {node.kind !== "join" && (
            <text x={width / 2} y={height / 2 + 5} textAnchor="middle" className="dag-preview-text">
              {node.label.length > 34 ? `${node.label.slice(0, 33)}…` : node.label}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}
