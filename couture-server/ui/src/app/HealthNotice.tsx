import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { useLiveState } from "../live/Live";
import { Icon } from "../parts/Icon";

type Health = Record<string, unknown>;

const PARTS: [string, string][] = [
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
    queryFn: () => api.get<Health>("/monitor/health", undefined, { quiet: true }),
    staleTime: 60_000,
    retry: false,
  });
  const problems = PARTS.flatMap(([name, label]) => {
    const part = data?.[name] as { status?: string | null; error?: string | null } | null | undefined;
    return part?.status === "unhealthy" ? [`${label} is unhealthy${part.error ? `: ${part.error}` : ""}`] : [];
  });
  if (problems.length === 0) return null;
  return (
    <div className="health-notice" role="alert">
      <Icon name="warning" />
      <span>{problems.join(". ")}</span>
    </div>
  );
}
