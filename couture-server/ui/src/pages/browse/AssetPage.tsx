import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, part } from "../../api/client";
import { useMay } from "../../api/session";
import type { DagRun, Schema } from "../../api/types";
import { paths } from "../../app/paths";
import { Field, FormDialog, readJson } from "../../form/Form";
import { Answer, Empty } from "../../parts/Answer";
import { Icon } from "../../parts/Icon";
import { Json } from "../../parts/Json";
import { Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import type { Column } from "../../table/columns";
import { Table } from "../../table/Table";
import type { Asset, AssetEvent } from "./asset";
import { Tasks } from "./AssetsPage";
import { ConfCell } from "./ConfCell";

const columns: Column<AssetEvent>[] = [
  { id: "when", title: "When", cell: (row) => <Time value={row.timestamp} /> },
  {
    id: "source",
    title: "Changed by",
    wide: true,
    cell: (row) =>
      row.source_dag_id && row.source_run_id && row.source_task_id ? (
        <Link
          to={paths.taskInstance(row.source_dag_id, row.source_run_id, row.source_task_id, row.source_map_index ?? -1)}
        >
          {row.source_dag_id} › {row.source_task_id}
        </Link>
      ) : (
        <span className="faint">from outside</span>
      ),
  },
  { id: "run", title: "Run", wide: true, cell: (row) => row.source_run_id },
  { id: "extra", title: "Extra", cell: (row) => <ConfCell title="Extra" value={row.extra} /> },
];

/** One asset and what changed it. */
export function Component() {
  const { assetId = "" } = useParams();
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [telling, setTelling] = useState(false);
  const asset = useQuery({ queryKey: ["assets", assetId], queryFn: () => api.get<Asset>(`/assets/${part(assetId)}`) });
  const id = asset.data?.id;
  const name = asset.data?.name;
  const events = useQuery({
    queryKey: ["assetEvents", assetId],
    queryFn: () =>
      api.get<Schema<"AssetEventList">>("/assets/events", {
        ...(id === undefined ? { name } : { asset_id: id }),
        limit: 100,
        order_by: "-timestamp",
      }),
    enabled: asset.data !== undefined,
  });
  const materialize = async () => {
    try {
      const run = await api.post<DagRun>(`/assets/${part(assetId)}/materialize`);
      toast.done(`${run.dag_id} runs`);
      await navigate(paths.run(run.dag_id, run.dag_run_id));
    } catch (error) {
      toast.error(`could not run what changes ${name}`, error);
    }
  };
  return (
    <main className="page">
      <Answer query={asset}>
        {(data) => (
          <>
            <div className="page-head">
              <h1 className="break">{data.name}</h1>
              <span className="grow" />
              {may("create", "Assets") && (
                <>
                  <button onClick={() => setTelling(true)}>
                    <Icon name="plus" /> Say that it changed
                  </button>
                  {data.producing_tasks.length > 0 && (
                    <button className="primary" onClick={() => void materialize()}>
                      <Icon name="play" /> Run what changes it
                    </button>
                  )}
                </>
              )}
            </div>
            <div className="card facts">
              <dl>
                <dt>URI</dt>
                <dd>
                  <code>{data.uri}</code>
                </dd>
                <dt>Changed by</dt>
                <dd>
                  <Tasks tasks={data.producing_tasks} />
                </dd>
                <dt>Read by</dt>
                <dd>
                  <Tasks tasks={data.consuming_tasks} />
                </dd>
                <dt>DAGs that wait for it</dt>
                <dd>
                  {data.scheduled_dags.map(({ dag_id }) => (
                    <div key={dag_id}>
                      <Link to={paths.dag(dag_id)}>{dag_id}</Link>
                    </div>
                  ))}
                </dd>
                <dt>Extra</dt>
                <dd>{data.extra ? <Json value={data.extra} /> : <span className="faint">–</span>}</dd>
              </dl>
            </div>
          </>
        )}
      </Answer>
      <h2 className="section">Changes</h2>
      {events.data && (
        <Table
          label="Changes"
          columns={columns}
          rows={events.data.asset_events}
          rowKey={(row) => `${row.timestamp}/${row.source_run_id}/${row.source_task_id}/${row.source_map_index}`}
          empty={<Empty title="It never changed" />}
        />
      )}
      {telling && asset.data && (
        <NewEvent
          asset={asset.data}
          onClose={() => setTelling(false)}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ["assetEvents"] });
            void client.invalidateQueries({ queryKey: ["assets"] });
          }}
        />
      )}
    </main>
  );
}

function NewEvent({ asset, onClose, onDone }: { asset: Asset; onClose: () => void; onDone: () => void }) {
  const [extra, setExtra] = useState("");
  const parsed = readJson(extra);
  return (
    <FormDialog
      title={`${asset.name} changed`}
      action="Say so"
      valid={"value" in parsed}
      onClose={onClose}
      save={async () => {
        const which = asset.id === undefined ? { name: asset.name } : { asset_id: asset.id };
        await api.post("/assets/events", { ...which, extra: ("value" in parsed && parsed.value) || {} });
        toast.done(`DAGs that wait for ${asset.name} know`);
        onDone();
      }}
    >
      <p className="soft">DAGs that wait for this asset start as if a task had changed it.</p>
      <Field
        label="Extra (JSON)"
        hint={"error" in parsed ? <span className="error-text">{parsed.error}</span> : undefined}
      >
        <textarea
          className="mono"
          rows={4}
          value={extra}
          spellCheck={false}
          onChange={(event) => setExtra(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}
