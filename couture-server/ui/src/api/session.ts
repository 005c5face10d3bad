import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ApiError, setCsrfToken } from "./client";
import type { Me, Permission, Schema } from "./types";

/** Who is logged in; null is nobody. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me | null> => {
    try {
      const { user, ...me } = await api.get<Schema<"MeBody">>("/auth/me", undefined, { quiet: true });
      setCsrfToken(me.csrf_token);
      // A program of this machine may be somebody without a user; a page belongs to a person.
      return user && { ...me, user };
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Infinity,
});

export type Action = "read" | "edit" | "create" | "delete";

/** Whether a set of permissions allows `action` on `resource`, on the DAG of this id where one is given. */
export function permits(permissions: readonly Permission[], action: Action, resource: string, dagId?: string): boolean {
  const has = (name: string, on: string) => permissions.some((one) => one.action === name && one.resource === on);
  if (resource !== "DAGs" || action === "delete" || action === "create") {
    if (!has(`can_${action}`, resource)) return false;
    if (!ofDag.has(resource)) return true;
  }
  const onDag = (name: string) =>
    dagId === undefined
      ? permissions.some(
          (one) => one.action === name && (one.resource === "all_dags" || one.resource.startsWith("DAG:")),
        )
      : has(name, "all_dags") || has(name, `DAG:${dagId}`);
  return action === "read" ? onDag("can_read") || onDag("can_edit") : onDag("can_edit");
}

const ofDag = new Set([
  "DAGs",
  "DAG Code",
  "DAG Warnings",
  "DAG Runs",
  "Task Instances",
  "Task Logs",
  "Task XComs",
  "Backfills",
  "SLA Misses",
  "XComs",
]);

export type May = (action: Action, resource: string, dagId?: string) => boolean;

/** What the logged-in user may do. The server decides; this only hides what would be refused. */
export function useMay(): May {
  const { data: me } = useQuery(meQuery);
  return (action, resource, dagId) => permits(me?.permissions ?? [], action, resource, dagId);
}

/** The logged-in user; only below the shell, where there is one. */
export function useMe(): Me {
  const { data: me } = useQuery(meQuery);
  if (!me) throw new Error("nobody is logged in");
  return me;
}

/** Ends the session here and on the server. */
export function useLogOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await api.post("/auth/logout", undefined, { quiet: true }).catch(() => {});
    setCsrfToken(null);
    client.clear();
    client.setQueryData(meQuery.queryKey, null);
  };
}
