import { memo, type ReactNode } from "react";
import type { Zone } from "../../parts/time";
import { piecesOf } from "./ansi";
import { clockOf, partsOf } from "./lineTime";

interface Props {
  line: string;
  /** Whether the time of each line is shown before it. */
  timed: boolean;
  where: Zone;
  sought: string;
  current: boolean;
}

const LEVELS: [RegExp, string][] = [
  [/\b(ERROR|CRITICAL|FATAL)\b|^Traceback |^(task )?failed: ?|^\w*(Error|Exception)\b/, "error"],
  [/\bWARN(ING)?\b/, "warning"],
  [/\bDEBUG\b/, "debug"],
];

/** One line, coloured as its program wrote it, with what is sought marked. All of it is text. */
export const LogLine = memo(function LogLine({ line: whole, timed, where, sought, current }: Props) {
  const { time, text: line } = partsOf(whole);
  const level = LEVELS.find(([pattern]) => pattern.test(line.slice(0, 300)))?.[1];
  const indented = /^\s/.test(line);
  const classes = [
    "log-line",
    timed && "timed",
    indented && "indented",
    level && `log-${level}`,
    current && "log-current",
  ];
  return (
    <span className={classes.filter(Boolean).join(" ")}>
      {timed && (
        <span className="log-time" title={time ?? undefined}>
          {clockOf(time, where)}
        </span>
      )}
      {piecesOf(line).map((piece, index) =>
        piece.style || piece.color || piece.background ? (
          <span key={index} className={piece.style} style={{ color: piece.color, background: piece.background }}>
            {marked(piece.text, sought)}
          </span>
        ) : (
          <span key={index}>{marked(piece.text, sought)}</span>
        ),
      )}
      {"\n"}
    </span>
  );
});

const MOST_MARKS = 200;

function marked(text: string, sought: string): ReactNode {
  if (!sought) return text;
  const low = text.toLowerCase();
  const parts: ReactNode[] = [];
  let from = 0;
  for (let at = low.indexOf(sought); at >= 0 && parts.length < MOST_MARKS; at = low.indexOf(sought, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + sought.length)}</mark>);
    from = at + sought.length;
  }
  return parts.length ? [...parts, text.slice(from)] : text;
}
