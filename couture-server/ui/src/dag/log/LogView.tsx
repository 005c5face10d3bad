import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../../parts/Icon";
import { Stored, useStored } from "../../parts/stored";
import { zone } from "../../parts/time";
import type { InstanceKey } from "../data/paths";
import { plainText } from "./ansi";
import { haveTimes } from "./lineTime";
import { LogLine } from "./LogLine";
import { logDownload, MAX_LINES, useLog } from "./useLog";

const times = new Stored<"on" | "off">("logTimes", ["on", "off"], "on");
const wrapping = new Stored<"on" | "off">("logWrap", ["on", "off"], "on");
const LINE = 18;

/** A try's log: it grows as it is written, can be searched, followed and downloaded. */
export function LogView({ instance, tryNumber }: { instance: InstanceKey; tryNumber: number }) {
  const log = useLog(instance, tryNumber);
  const wrap = useStored(wrapping) === "on";
  const showTimes = useStored(times) === "on";
  const where = useStored(zone);
  const [follow, setFollow] = useState(true);
  const [text, setText] = useState("");
  const [place, setPlace] = useState(0);
  const sought = useDeferredValue(text.toLowerCase());
  const { lines, version } = log;
  // The list grows in place; its version tells when.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const hits = useMemo(() => (sought ? hitsOf(lines, sought) : []), [sought, lines, version]);
  const hasTimes = haveTimes(lines);
  const at = hits.length ? ((place % hits.length) + hits.length) % hits.length : -1;

  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 30,
  });
  useEffect(() => virtual.measure(), [virtual, wrap]);
  useEffect(() => {
    if (follow && lines.length && !sought) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [follow, version, lines.length, sought, virtual]);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(hits[at]!, { align: "center" });
  }, [at, hits, virtual]);

  const onScroll = () => {
    const view = scroller.current!;
    const atEnd = view.scrollTop + view.clientHeight >= view.scrollHeight - 2 * LINE;
    if (follow && !atEnd && userScrolled.current) setFollow(false);
    else if (!follow && atEnd && userScrolled.current) setFollow(true);
  };
  const userScrolled = useRef(false);
  const byHand = () => {
    userScrolled.current = true;
    window.setTimeout(() => (userScrolled.current = false), 400);
  };
  return (
    <div className="log">
      <div className="log-tools">
        <input
          type="search"
          placeholder="Search the log"
          aria-label="Search the log"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setPlace(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") setPlace(at + (event.shiftKey ? -1 : 1));
          }}
        />
        {sought && (
          <span className="faint number" role="status">
            {hits.length ? `${at + 1} of ${hits.length}` : "none"}
          </span>
        )}
        <span className="grow" />
        <span className="faint number">
          {log.ended ? "" : log.begun ? "live · " : ""}
          {log.cut + lines.length} {log.cut + lines.length === 1 ? "line" : "lines"}
        </span>
        <label className="check">
          <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} /> follow
        </label>
        <Choice stored={wrapping} label="wrap" />
        {hasTimes && <Choice stored={times} label="times" />}
        <a
          className="button ghost"
          href={logDownload(instance, tryNumber)}
          download
          title="Download the whole log"
          aria-label="Download the whole log"
        >
          <Icon name="download" />
        </a>
      </div>
      {log.error && (
        <p className="error-text" role="alert">
          {log.error}
        </p>
      )}
      {log.cut > 0 && (
        <p className="faint">
          The first {log.cut} lines are left out here: download the log to read all ({MAX_LINES} are shown).
        </p>
      )}
      <div
        ref={scroller}
        className={wrap ? "log-scroll wrap" : "log-scroll"}
        tabIndex={0}
        role="log"
        aria-label={`Log of try ${tryNumber}`}
        aria-live="off"
        onScroll={onScroll}
        onWheel={byHand}
        onPointerDown={byHand}
        onKeyDown={byHand}
      >
        {log.begun && lines.length === 0 && !log.error && (
          <p className="log-empty faint">
            {log.ended ? "Nothing was written to this log." : "Nothing is written yet…"}
          </p>
        )}
        <div className="log-lines" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.key}
              data-index={item.index}
              ref={wrap ? virtual.measureElement : undefined}
              className="log-row"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <span className="log-number" aria-hidden="true">
                {log.cut + item.index + 1}
              </span>
              <LogLine
                line={lines[item.index] ?? ""}
                timed={hasTimes && showTimes}
                where={where}
                sought={sought}
                current={at >= 0 && hits[at] === item.index}
              />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Choice({ stored, label }: { stored: Stored<"on" | "off">; label: string }) {
  const on = useStored(stored) === "on";
  return (
    <label className="check">
      <input type="checkbox" checked={on} onChange={(event) => stored.set(event.target.checked ? "on" : "off")} />{" "}
      {label}
    </label>
  );
}

const MOST_HITS = 10_000;

function hitsOf(lines: readonly string[], sought: string): number[] {
  const hits: number[] = [];
  for (let i = 0; i < lines.length && hits.length < MOST_HITS; i += 1) {
    if (plainText(lines[i]!).toLowerCase().includes(sought)) hits.push(i);
  }
  return hits;
}
