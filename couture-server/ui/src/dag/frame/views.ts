import type { IconName } from "../../parts/Icon";

export interface ViewTab {
  path: string;
  label: string;
  icon?: IconName;
  /** What a viewer must be permitted to read, besides the DAG. */
  needs?: string;
}

/** The views of one DAG, in the order of their tabs. */
export const VIEW_TABS: ViewTab[] = [
  { path: "grid", label: "Grid", icon: "grid" },
  { path: "tree", label: "Tree", icon: "layers" },
  { path: "graph", label: "Graph", icon: "graph" },
  { path: "gantt", label: "Gantt", icon: "gantt" },
  { path: "durations", label: "Task Duration" },
  { path: "tries", label: "Task Tries" },
  { path: "landing-times", label: "Landing Times" },
  { path: "calendar", label: "Calendar" },
  { path: "runs", label: "Runs" },
  { path: "code", label: "Code", icon: "code", needs: "DAG Code" },
  { path: "variables", label: "Variables" },
  { path: "details", label: "Details" },
  { path: "audit", label: "Audit Log", needs: "Audit Logs" },
];
