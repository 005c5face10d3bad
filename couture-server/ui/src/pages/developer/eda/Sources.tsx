import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type MouseEvent } from "react";
import { api, wordsOf } from "../../../api/client";
import { useMay } from "../../../api/session";
import { Empty, Failure, Skeleton } from "../../../parts/Answer";
import { confirm } from "../../../parts/confirm";
import { Icon } from "../../../parts/Icon";
import { Time } from "../../../parts/Time";
import { toast } from "../../../parts/toast";
import { PAGE_SIZES, useTableAddress } from "../../../table/address";
import type { Column, Filter } from "../../../table/columns";
import { Filters } from "../../../table/Filters";
import { Pager } from "../../../table/Pager";
import { narrowed, type Local } from "../../../table/rows";
import { Table } from "../../../table/Table";
import { KIND_NAMES, RESOURCE, SOURCES, sourcesQuery, type Kind, type Source, type Answered } from "./eda";
import { TargetDialog } from "./TargetDialog";

const filters: Filter[] = [{ id: "q", label: "Search sources", kind: "text" }];

const local: Local<Source> = {
  text: ({ source, query, added_by }) => [source, query, added_by].join(" "),
  value: (row, column) => (column === "added_at" ? row.added_at : column === "added_by" ? row.added_by : row.source),
};

/** The raw inputs: each can be analysed by a click. */
export function Sources({ onStarted, onAdd }: { onStarted: (answered: Answered) => void; onAdd: () => void }) {
  const may = useMay();
  const client = useQueryClient();
  const { address, change } = useTableAddress(filters, "source");
  const answer = useQuery({ ...sourcesQuery, select: (sources) => narrowed(sources, address, local) });
  /** The sources whose analysis was asked for, and not yet answered. */
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Source | null>(null);

  const start = async ({ source }: Source, kind: Kind, target: string | null) => {
    setBusy((old) => new Set([...old, source]));
    try {
      onStarted(await api.post<Answered>("/eda/runs", { source, kind, target }));
    } finally {
      setBusy((old) => new Set([...old].filter((one) => one !== source)));
    }
  };
  const play = (source: Source) =>
    start(source, "preliminary", null).catch((error: unknown) =>
      toast.error(`${source.source} could not be analysed: ${wordsOf(error)}`),
    );
  const remove = ({ source }: Source) =>
    void confirm({
      title: `Remove ${source}?`,
      body: "The source leaves the list. The data itself and the reports on it stay.",
      action: "Remove",
      danger: true,
      run: async () => {
        await api.del("/eda/sources", { query: { source } });
        toast.done(`${source} is removed from the sources`);
        await client.invalidateQueries({ queryKey: [SOURCES] });
      },
    });

  const columns: Column<Source>[] = [
    { id: "source", title: "Source", sort: true, wide: true, cell: (row) => <Name row={row} /> },
    {
      id: "added_by",
      title: "Added by",
      sort: true,
      className: "eda-added",
      cell: (row) => row.added_by ?? <span className="faint">–</span>,
    },
    {
      id: "added_at",
      title: "Added",
      sort: true,
      className: "eda-added",
      cell: (row) => <Time value={row.added_at} />,
    },
  ];
  if (may("create", RESOURCE)) {
    columns.push({
      id: "play",
      title: "Analyse",
      className: "eda-links-cell",
      cell: (row) => (
        <span className="eda-plays">
          <PlayButton kind="preliminary" row={row} disabled={busy.has(row.source)} onPlay={() => void play(row)} />
          <PlayButton kind="data_importance" row={row} disabled={busy.has(row.source)} onPlay={() => setAsking(row)} />
        </span>
      ),
    });
  }
  if (may("delete", RESOURCE)) {
    columns.push({
      id: "actions",
      title: "",
      align: "right",
      cell: (row) => (
        <button
          className="ghost"
          title={`Remove ${row.source}`}
          aria-label={`Remove ${row.source}`}
          onClick={() => remove(row)}
        >
          <Icon name="trash" />
        </button>
      ),
    });
  }
  const total = answer.data?.total ?? 0;
  return (
    <section aria-labelledby="eda-sources">
      <div className="list-bar">
        <h2 id="eda-sources">Raw inputs</h2>
        <span className="grow" />
        <Filters filters={filters} values={address.filters} onChange={change} />
        {total > PAGE_SIZES[0] && <Pager address={address} total={total} onChange={change} />}
      </div>
      {answer.isError && !answer.data ? (
        <Failure error={answer.error} retry={() => void answer.refetch()} />
      ) : answer.data === undefined ? (
        <Skeleton lines={3} />
      ) : (
        <Table
          label="Raw inputs"
          columns={columns}
          rows={answer.data.rows}
          rowKey={({ source }) => source}
          sort={address.sort}
          onSort={(sort) => change({ sort: sort === "source" ? null : sort })}
          empty={
            address.filters.q ? (
              <Empty title="No source matches this search" />
            ) : (
              <Empty title="No sources yet">
                A source is a file, a folder, an object store’s address or a database’s table.{" "}
                {may("create", RESOURCE) && (
                  <button className="link" onClick={onAdd}>
                    Add the first one
                  </button>
                )}
              </Empty>
            )
          }
        />
      )}
      {asking && (
        <TargetDialog
          source={asking.source}
          onClose={() => setAsking(null)}
          start={(target) => start(asking, "data_importance", target)}
        />
      )}
    </section>
  );
}

function Name({ row }: { row: Source }) {
  return (
    <>
      <span className="eda-source">{row.source}</span>
      {row.connection_id && <span className="tag">Connection {row.connection_id}</span>}
      {row.query && <code className="eda-query">{row.query}</code>}
      <span className="eda-added-line faint">
        added {row.added_by && `by ${row.added_by}, `}
        <Time value={row.added_at} ago />
      </span>
    </>
  );
}

interface PlayProps {
  kind: Kind;
  row: Source;
  disabled: boolean;
  onPlay: () => void;
}

function PlayButton({ kind, row, disabled, onPlay }: PlayProps) {
  const { name, level } = KIND_NAMES[kind];
  const words = `${name} ${level} of ${row.source}`;
  // Of a double click, the second begins nothing more.
  const play = (event: MouseEvent) => event.detail < 2 && onPlay();
  return (
    <button className="ghost eda-play" title={words} aria-label={words} disabled={disabled} onClick={play}>
      <Icon name="play" /> {name} <span className="faint">{level}</span>
    </button>
  );
}
