import { useNow } from "./now";
import { useStored } from "./stored";
import { formatAgo, formatDuration, formatTime, localZoneName, zone } from "./time";

/** A time in the viewer's zone; the other one and how long ago it was appear on hover. */
export function Time({ value, ago = false }: { value: string | number | null | undefined; ago?: boolean }) {
  const where = useStored(zone);
  if (value === null || value === undefined || value === "") return <span className="faint">–</span>;
  const iso = typeof value === "number" ? new Date(value).toISOString() : value;
  const title = `${formatTime(value, "UTC", true)} UTC\n${formatTime(value, "local", true)} ${localZoneName}`;
  return (
    <time dateTime={iso} title={title} className="number">
      {ago ? <Ago value={value} /> : formatTime(value, where)}
    </time>
  );
}

function Ago({ value }: { value: string | number }) {
  return <>{formatAgo(value, useNow())}</>;
}

/** How long something took, or has taken so far. */
export function Duration({
  seconds,
  start,
  end,
}: {
  seconds?: number | null;
  start?: string | null;
  end?: string | null;
}) {
  if (seconds !== null && seconds !== undefined) return <span className="number">{formatDuration(seconds)}</span>;
  if (!start) return <span className="faint">–</span>;
  if (end) {
    const took = (new Date(end).getTime() - new Date(start).getTime()) / 1000;
    return <span className="number">{formatDuration(took)}</span>;
  }
  return <Running start={start} />;
}

function Running({ start }: { start: string }) {
  const seconds = Math.max(0, (useNow() - new Date(start).getTime()) / 1000);
  return (
    <span className="number" title="still running">
      {formatDuration(seconds < 60 ? Math.floor(seconds) : seconds)}
    </span>
  );
}
