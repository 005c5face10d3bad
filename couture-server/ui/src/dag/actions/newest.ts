import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../../api/client";

/**
 * Whether the server lets a call decide that tasks run again as the DAG is written now: asked once, with a clear that changes nothing.
 * While the answer is not known, it does not.
 */
export function useTakesNewest(ask: (signal?: AbortSignal) => Promise<unknown>): boolean {
  const { data } = useQuery({
    queryKey: ["takesNewest"],
    queryFn: async ({ signal }) => {
      try {
        await ask(signal);
        return true;
      } catch (error) {
        if (error instanceof ApiError && error.message.includes("run_on_latest_version")) return false;
        throw error;
      }
    },
    staleTime: Infinity,
    retry: false,
  });
  return data ?? false;
}
