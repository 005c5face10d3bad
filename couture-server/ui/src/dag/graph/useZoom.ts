import { useCallback } from "react";
import { useLocation, useNavigate } from "react-router";
import { useDagId } from "../frame/dagId";
import { startedRun, zoomAddress } from "./zoom";

/** Zooms from a task into the DAG that it runs. */
export function useZoom() {
  const dagId = useDagId();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  return useCallback(
    async (target: string, instance: { runId: string; taskId: string; mapIndex: number } | null) => {
      const run = instance ? await startedRun({ dagId, ...instance }, target) : null;
      void navigate(zoomAddress(target, run, { dag: dagId, to: pathname + search }));
    },
    [dagId, navigate, pathname, search],
  );
}
