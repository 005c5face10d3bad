import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { Schema } from "../api/types";
import { useLiveState } from "../live/Live";
import { Icon } from "../parts/Icon";

const PARTS: ["metadatabase" | "scheduler" | "data_folder", string][] = [
  ["metadatabase", "The database"],
  ["scheduler", "The scheduler"],
  ["data_folder", "The data folder"],
];

/** What keeps the server from working, in words, above every page. */
export function HealthNotice() {
  const live = useLiveState();
  // Asked anew whenever the stream breaks or comes back, and when somebody returns to the tab.
  const { data } = useQuery({
    queryKey: ["health", live],
    queryFn: () => api.get<Schema<"HealthInfo">>("/monitor/health", undefined, { quiet: true }),
    staleTime: 60_000,
    retry: false,
  });
  const problems = PARTS.flatMap(([name, label]) => {
    const part = data?.[name];
    if (part?.status !== "unhealthy") return [];
    return [`${label} is unhealthy${"error" in part && part.error ? `: ${part.error}` : ""}`];
  });
  if (problems.length === 0) return null;
  return (
    <div className="health-notice" role="alert">
      <Icon name="warning" />
      <span>{problems.join(". ")}</span>
    </div>
  );
}
