import { useEffect, useState } from "react";
import { address, fetchRaw, wordsOf } from "../../api/client";
import { taskPath, type InstanceKey } from "../data/paths";

/** The most lines that are kept; a download has them all. */
export const MAX_LINES = 200_000;

export interface Log {
  lines: string[];
  /** Lines that fell off the front. */
  cut: number;
  ended: boolean;
  begun: boolean;
  error: string | null;
  /** Grows with each change of the lines. */
  version: number;
}

const NOTHING: Log = { lines: [], cut: 0, ended: false, begun: false, error: null, version: 0 };

export const logPath = (key: InstanceKey, tryNumber: number) => `${taskPath(key)}/logs/${tryNumber}`;

const mapQuery = (key: InstanceKey) => ({ map_index: key.mapIndex >= 0 ? key.mapIndex : undefined });

export const logDownload = (key: InstanceKey, tryNumber: number) =>
  address(logPath(key, tryNumber), { ...mapQuery(key), download: true });

function lineOf(line: unknown): string {
  if (typeof line === "string") return line;
  if (line && typeof line === "object" && "event" in line) return String(line.event);
  return JSON.stringify(line);
}

/** The log of a try: as far as it is there, then line by line as it is written. */
export function useLog(key: InstanceKey, tryNumber: number): Log {
  const { dagId, runId, taskId, mapIndex } = key;
  const [log, setLog] = useState<Log>(NOTHING);
  useEffect(() => {
    const own = { dagId, runId, taskId, mapIndex };
    let lines: string[] = [];
    let cut = 0;
    let frame = 0;
    let [ended, begun] = [false, false];
    const show = (error: string | null = null) => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (lines.length > MAX_LINES) {
          cut += lines.length - MAX_LINES;
          lines = lines.slice(-MAX_LINES);
        }
        setLog((old) => ({ lines, cut, ended, begun, error, version: old.version + 1 }));
      });
    };
    setLog(NOTHING);
    const source = new EventSource(address(`${logPath(own, tryNumber)}/stream`, mapQuery(own)));
    const take = (event: MessageEvent<string>) => {
      begun = true;
      const told: unknown = JSON.parse(event.data);
      for (const line of Array.isArray(told) ? told : [told]) lines.push(lineOf(line));
      show();
    };
    source.addEventListener("open", () => {
      begun = true;
      show();
    });
    source.addEventListener("message", take);
    source.addEventListener("end", () => {
      source.close();
      ended = begun = true;
      show();
    });
    const abort = new AbortController();
    source.addEventListener("error", () => {
      // The browser asks again by itself unless it was refused; then the refusal is asked for in words.
      if (source.readyState !== EventSource.CLOSED || ended) return;
      fetchRaw("GET", logPath(own, tryNumber), undefined, { query: mapQuery(own), signal: abort.signal })
        .then(async (response) => {
          const answer = (await response.json()) as { content?: unknown[] };
          lines = (answer.content ?? []).map(lineOf);
          ended = begun = true;
          show();
        })
        .catch((error: unknown) => {
          if (abort.signal.aborted) return;
          begun = true;
          show(wordsOf(error));
        });
    });
    return () => {
      source.close();
      abort.abort();
      cancelAnimationFrame(frame);
    };
  }, [dagId, runId, taskId, mapIndex, tryNumber]);
  return log;
}
