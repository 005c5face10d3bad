import { useQuery } from "@tanstack/react-query";
import { detailsQuery } from "../data/queries";

/** Whether runs of a DAG that are cleared go on in its newest version by themselves. */
export function useNewestByDefault(dagId: string): boolean {
  return useQuery(detailsQuery(dagId)).data?.rerun_with_latest_version ?? false;
}
