import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Answer, Empty } from "../../parts/Answer";
import { useStored } from "../../parts/stored";
import { formatTime, zone } from "../../parts/time";
import { historyQuery } from "../data/queries";
import type { HistoryCell, HistoryData } from "../data/shapes";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { Toolbar } from "../frame/Toolbar";
import { LineChart, type Series } from "./LineChart";
import { SeriesList } from "./SeriesList";

interface Props {
  title: string;
  /** The number that is drawn of an instance; null where it has none. */
  valueOf: (cell: HistoryCell) => number | null;
  words: (value: number) => string;
  ticks: (max: number) => number[];
  /** Adds up, over the runs so far, where wanted. */
  cumulative?: boolean;
  children?: React.ReactNode;
}

/** The most lines that are drawn at first: more is no picture. */
const SHOWN = 20;

/** A number of each task over the runs. */
export function HistoryChart({ title, valueOf, words, ticks, cumulative = false, children }: Props) {
  const dagId = useDagId();
  const { view, change } = useView();
  const query = useQuery(historyQuery(dagId, view.limit));
  const [hidden, setHidden] = useState<ReadonlySet<string> | null>(null);
  const where = useStored(zone);
  const all = useMemo(
    () => (query.data ? seriesOf(query.data, valueOf, cumulative) : []),
    [query.data, valueOf, cumulative],
  );
  const off = useMemo(() => hidden ?? new Set(largestFirst(all).slice(SHOWN)), [hidden, all]);
  const shown = useMemo(() => all.filter(({ name }) => !off.has(name)), [all, off]);
  return (
    <div className="dag-fill">
      <Toolbar filters={false}>{children}</Toolbar>
      <Answer query={query} lines={8}>
        {(data) =>
          all.length === 0 ? (
            <Empty title="Nothing has run yet.">Numbers appear here with the first finished task.</Empty>
          ) : (
            <div className="chart-row">
              <LineChart
                series={shown}
                labels={ordered(data).map(({ run }) =>
                  formatTime(run.logical_date ?? run.start_date, where).slice(0, 16),
                )}
                ticks={ticks}
                words={words}
                label={`${title} of ${shown.length} tasks over ${data.runs.length} runs`}
                onChoose={(place, task) => change({ run: ordered(data)[place]?.run.run_id ?? null, task })}
              />
              <SeriesList
                names={all.map(({ name }) => name)}
                hidden={off}
                shown={shown.map(({ name }) => name)}
                onChange={setHidden}
              />
            </div>
          )
        }
      </Answer>
    </div>
  );
}

const timeOf = (run: HistoryData["runs"][number]) => Date.parse(run.logical_date ?? run.start_date ?? "") || 0;

/** The runs with their numbers, the oldest first. */
function ordered(data: HistoryData) {
  return data.runs.map((run, index) => ({ run, index })).sort((a, b) => timeOf(a.run) - timeOf(b.run));
}

function seriesOf(data: HistoryData, valueOf: Props["valueOf"], cumulative: boolean): Series[] {
  const places = new Map(ordered(data).map(({ index }, place) => [index, place]));
  const values = data.tasks.map(() => new Array<number | null>(data.runs.length).fill(null));
  for (const cell of data.cells) {
    const value = valueOf(cell);
    const place = places.get(cell[0]);
    const line = values[cell[1]];
    if (value !== null && place !== undefined && line) line[place] = value;
  }
  return data.tasks
    .map((name, index) => ({ name, values: cumulative ? summed(values[index]!) : values[index]! }))
    .filter(({ values: line }) => line.some((value) => value !== null));
}

function summed(values: (number | null)[]): (number | null)[] {
  let sum = 0;
  return values.map((value) => (value === null ? null : (sum += value)));
}

function largestFirst(series: Series[]): string[] {
  const size = (one: Series) => Math.max(...one.values.map((value) => value ?? 0));
  return [...series].sort((a, b) => size(b) - size(a)).map(({ name }) => name);
}
