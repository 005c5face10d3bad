import { Link } from "react-router";
import type { RecentRun } from "../../api/types";
import { paths } from "../../app/paths";
import { stateColor, stateWords } from "../../parts/StateBadge";
import { useStored } from "../../parts/stored";
import { formatDuration, formatTime, zone } from "../../parts/time";

const HEIGHT = 26;
const LOWEST = 5;

function seconds(run: RecentRun): number {
  if (!run.start_date) return 0;
  const end = run.end_date ? new Date(run.end_date).getTime() : Date.now();
  return Math.max(0, (end - new Date(run.start_date).getTime()) / 1000);
}

/**
 * The newest runs as bars, oldest first: as high as they took long, in the colour of their state. They are not told to those who
 * may not see runs.
 */
export function RunBars({ dagId, runs }: { dagId: string; runs: readonly RecentRun[] | undefined }) {
  const where = useStored(zone);
  if (!runs) {
    return (
      <span className="faint" title="you may not see runs">
        –
      </span>
    );
  }
  if (runs.length === 0) return <span className="faint">no runs yet</span>;
  const took = runs.map(seconds);
  const longest = Math.max(...took, 0.001);
  return (
    <span className="run-bars">
      {runs
        .map((run, index) => {
          const height = LOWEST + (HEIGHT - LOWEST) * Math.sqrt((took[index] ?? 0) / longest);
          const title = `${run.run_id}\n${stateWords(run.state)}${run.start_date ? `, ${formatDuration(took[index])}` : ""}\n${formatTime(run.logical_date ?? run.start_date, where)}`;
          return (
            <Link
              key={run.run_id}
              to={paths.run(dagId, run.run_id)}
              title={title}
              aria-label={title}
              className="run-bar"
            >
              <span style={{ height, background: stateColor(run.state) }} />
            </Link>
          );
        })
        .reverse()}
    </span>
  );
}
