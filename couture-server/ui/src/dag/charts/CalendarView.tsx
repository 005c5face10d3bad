import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { paths } from "../../app/paths";
import { Answer } from "../../parts/Answer";
import { stateColor, stateWords } from "../../parts/StateBadge";
import { useNow } from "../../parts/now";
import { calendarQuery } from "../data/queries";
import type { StateCounts } from "../data/shapes";
import { useDagId } from "../frame/dagId";
import { Toolbar } from "../frame/Toolbar";

const DAY = 86_400_000;
const CELL = 15;
const WEEKDAYS = ["Mon", "", "Wed", "", "Fri", "", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The runs of each day, a year at a time (days of UTC). */
export default function CalendarView() {
  const dagId = useDagId();
  const thisYear = new Date(useNow()).getUTCFullYear();
  const [newest, setNewest] = useState<number | null>(null);
  const last = newest ?? thisYear;
  return (
    <div className="dag-fill">
      <Toolbar counts={false} filters={false}>
        <button type="button" onClick={() => setNewest(last - 1)}>
          ‹ {last - 1}
        </button>
        <button type="button" disabled={last >= thisYear + 1} onClick={() => setNewest(last + 1)}>
          {last + 1} ›
        </button>
      </Toolbar>
      <div className="dag-scroll" tabIndex={0}>
        <Year dagId={dagId} year={last} />
        <Year dagId={dagId} year={last - 1} unlessEmpty />
        <ul className="dag-legend">
          {["success", "failed", "running", "queued"].map((state) => (
            <li key={state}>
              <i className="dag-dot" style={{ background: stateColor(state) }} /> {stateWords(state)}
            </li>
          ))}
          <li className="faint">the share of a colour is the share of the day's runs</li>
        </ul>
      </div>
    </div>
  );
}

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);

function Year({ dagId, year, unlessEmpty = false }: { dagId: string; year: number; unlessEmpty?: boolean }) {
  const query = useQuery(calendarQuery(dagId, `${year}-01-01T00:00:00Z`, `${year + 1}-01-01T00:00:00Z`));
  const first = Date.UTC(year, 0, 1);
  if (unlessEmpty && !query.data?.days.length) return null;
  const days = Math.round((Date.UTC(year + 1, 0, 1) - first) / DAY);
  const shift = (new Date(first).getUTCDay() + 6) % 7;
  const weeks = Math.ceil((days + shift) / 7);
  return (
    <section className="calendar" aria-label={`Runs in ${year}`}>
      <h2>{year}</h2>
      <Answer query={query} lines={3}>
        {(data) => {
          const states = new Map(data.days.map((day) => [day.date, day.states]));
          return (
            <svg width={weeks * CELL + 44} height={7 * CELL + 22} role="group" aria-label={`Days of ${year}`}>
              {MONTHS.map((month, index) => {
                const day = Math.round((Date.UTC(year, index, 1) - first) / DAY);
                return (
                  <text key={month} x={40 + Math.floor((day + shift) / 7) * CELL} y={11} className="chart-text">
                    {month}
                  </text>
                );
              })}
              {WEEKDAYS.map((name, index) => (
                <text key={index} x={32} y={20 + index * CELL + 10} textAnchor="end" className="chart-text">
                  {name}
                </text>
              ))}
              {Array.from({ length: days }, (_, day) => {
                const date = iso(first + day * DAY);
                const [x, y] = [40 + Math.floor((day + shift) / 7) * CELL, 18 + ((day + shift) % 7) * CELL];
                return <Day key={date} dagId={dagId} date={date} x={x} y={y} states={states.get(date)} />;
              })}
            </svg>
          );
        }}
      </Answer>
    </section>
  );
}

interface DayProps {
  dagId: string;
  date: string;
  x: number;
  y: number;
  states: StateCounts | undefined;
}

const ORDER = ["failed", "running", "queued", "success"];

function Day({ dagId, date, x, y, states }: DayProps) {
  const navigate = useNavigate();
  const size = CELL - 3;
  const counts = Object.entries(states ?? {}).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return <rect x={x} y={y} width={size} height={size} rx={2} className="calendar-day" />;
  const words = `${date}: ${counts.map(([state, count]) => `${count} ${stateWords(state)}`).join(", ")}`;
  const parts = counts.map(([state, count], index) => {
    const before = counts.slice(0, index).reduce((sum, [, one]) => sum + one, 0);
    return (
      <rect
        key={state}
        x={x + (before / all) * size}
        y={y}
        width={(count / all) * size}
        height={size}
        style={{ fill: stateColor(state) }}
      />
    );
  });
  const open = () =>
    void navigate(`${paths.dag(dagId, "grid")}?before=${encodeURIComponent(`${date}T23:59:59.999999Z`)}`);
  return (
    <g
      role="link"
      tabIndex={0}
      className="calendar-run"
      aria-label={words}
      onClick={open}
      onKeyDown={(event) => event.key === "Enter" && open()}
    >
      <title>{words}</title>
      {parts}
    </g>
  );
}
