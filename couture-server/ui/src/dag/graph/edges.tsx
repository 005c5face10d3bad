import { BaseEdge, EdgeLabelRenderer, type Edge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { pathOf, type Line } from "./shape";

export type LineEdge = Edge<{ line: Line; strong: boolean }>;

/** An edge on the way that the layout found for it. */
const LineOf = memo(function LineOf({ id, data, markerEnd }: EdgeProps<LineEdge>) {
  if (!data) return null;
  const { line, strong } = data;
  return (
    <>
      <BaseEdge
        id={id}
        path={pathOf(line.points)}
        markerEnd={markerEnd}
        className={`dag-edge${strong ? " strong" : ""}${line.setup ? " setup" : ""}`}
      />
      {line.label && line.labelAt && (
        <EdgeLabelRenderer>
          <span
            className="dag-edge-label"
            style={{ transform: `translate(-50%, -50%) translate(${line.labelAt.x}px, ${line.labelAt.y}px)` }}
          >
            {line.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

export const EDGE_TYPES = { line: LineOf };
