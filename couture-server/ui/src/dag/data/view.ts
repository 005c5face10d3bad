// What is looked at, kept in the address, so that every view has a link of its own.

import { useCallback, useMemo } from "react";
import { useLocation, useNavigate } from "react-router";
import type { Focus } from "./queries";

export interface View {
  runId?: string;
  taskId?: string;
  /** -1 where no instance of a mapped task is chosen. */
  mapIndex: number;
  /** The open tab of the panel. */
  tab?: string;
  tryNumber?: number;
  focus: Focus;
  limit: number;
  before?: string;
  runType?: string;
  runState?: string;
  version?: number;
  /** The DAG and run that one zoomed in from. */
  via?: string;
}

export interface ViewPatch {
  run?: string | null;
  task?: string | null;
  map?: number | null;
  tab?: string | null;
  try?: number | null;
  root?: string | null;
  dir?: string | null;
  runs?: number | null;
  before?: string | null;
  type?: string | null;
  state?: string | null;
  version?: number | null;
}

/** The `tab` that opens the panel of the whole run. */
export const RUN_TAB = "run";

export const RUN_COUNTS = [5, 25, 50, 100, 365] as const;
const DEFAULT_RUNS = 25;

const numberOf = (text: string | null) => (text !== null && /^-?\d+$/.test(text) ? Number(text) : undefined);

export function viewOf(search: string): View {
  const query = new URLSearchParams(search);
  const root = query.get("root") ?? undefined;
  const direction = query.get("dir") ?? "up";
  return {
    runId: query.get("run") ?? undefined,
    taskId: query.get("task") ?? undefined,
    mapIndex: numberOf(query.get("map")) ?? -1,
    tab: query.get("tab") ?? undefined,
    tryNumber: numberOf(query.get("try")),
    focus: root ? { root, upstream: direction !== "down", downstream: direction !== "up" } : {},
    limit: Math.min(1000, Math.max(1, numberOf(query.get("runs")) ?? DEFAULT_RUNS)),
    before: query.get("before") ?? undefined,
    runType: query.get("type") ?? undefined,
    runState: query.get("state") ?? undefined,
    version: numberOf(query.get("version")),
    via: query.get("via") ?? undefined,
  };
}

/** The same search with some of it changed; null takes a part away. */
export function patchedSearch(search: string, patch: ViewPatch): string {
  const query = new URLSearchParams(search);
  // What belongs to the old choice does not belong to the new one.
  if (patch.run !== undefined || patch.task !== undefined) {
    if (patch.map === undefined) query.delete("map");
    if (patch.try === undefined) query.delete("try");
  }
  if (patch.map !== undefined && patch.try === undefined) query.delete("try");
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === "") query.delete(name);
    else if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `?${text}` : "";
}

export function useView() {
  const { search, pathname } = useLocation();
  const navigate = useNavigate();
  const view = useMemo(() => viewOf(search), [search]);
  const change = useCallback(
    (patch: ViewPatch, replace = false) => {
      void navigate({ pathname, search: patchedSearch(search, patch) }, { replace });
    },
    [navigate, pathname, search],
  );
  const linkTo = useCallback(
    (patch: ViewPatch) => ({ pathname, search: patchedSearch(search, patch) }),
    [pathname, search],
  );
  return { view, change, linkTo, search };
}
