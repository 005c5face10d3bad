import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, part } from "../../api/client";
import { useMay } from "../../api/session";
import type { Dag, Schema } from "../../api/types";
import { Empty, Failure, Skeleton } from "../../parts/Answer";
import { Stored, useStored } from "../../parts/stored";
import { Switch } from "../../parts/Switch";
import { toast } from "../../parts/toast";
import { queryOf, useTableAddress } from "../../table/address";
import { containing, type Filter } from "../../table/columns";
import { Filters } from "../../table/Filters";
import { Pager } from "../../table/Pager";
import { Table } from "../../table/Table";
import { AtAGlance } from "./AtAGlance";
import { dagColumns } from "./dagColumns";
import "./dags.css";
import { ImportErrors } from "./ImportErrors";

/** Whether this viewer wants to see paused DAGs where the address does not say. */
const pausedDags = new Stored<"show" | "hide">("pausedDags", ["show", "hide"], "show");

type DagPage = Schema<"DagList">;

function useFilters(): Filter[] {
  const { data } = useQuery({
    queryKey: ["dagTags"],
    queryFn: () => api.get<Schema<"TagList">>("/dagTags", { limit: 1000 }),
  });
  return useMemo(
    () => [
      { id: "q", label: "Search DAGs", kind: "text", query: (value) => ({ dag_id_pattern: containing(value) }) },
      { id: "tags", label: "Tag", kind: "many", options: data?.tags.map((tag) => ({ value: tag, label: tag })) ?? [] },
      {
        id: "last",
        label: "Last run",
        kind: "select",
        options: ["running", "failed", "success", "queued"].map((state) => ({ value: state, label: state })),
        query: (value) => ({ last_dag_run_state: value }),
      },
      { id: "owners", label: "Owner", kind: "text", extra: true, query: (value) => ({ owners: [value] }) },
    ],
    [data],
  );
}

/** All DAGs at a glance. Paused ones, as new DAGs are, can be hidden, which is remembered. */
export function Component() {
  return useMay()("read", "DAGs") ? <Dags /> : <NotForYou />;
}

function NotForYou() {
  return (
    <main className="page">
      <Empty title="Your role sees no DAGs">
        An administrator can give it some. What else it sees is in the menu above.
      </Empty>
    </main>
  );
}

function Dags() {
  const may = useMay();
  const client = useQueryClient();
  const filters = useFilters();
  const all = useMemo<Filter[]>(() => [...filters, { id: "paused", label: "", kind: "text" }], [filters]);
  const { address, change } = useTableAddress(all, "dag_id");
  const remembered = useStored(pausedDags);
  const showPaused = (address.filters.paused || remembered) === "show";
  const setShowPaused = (on: boolean) => {
    const paused = on ? "show" : "hide";
    pausedDags.set(paused);
    change({ paused });
  };
  const asked = { ...queryOf(address, filters), with: "recent", paused: showPaused ? undefined : false };
  const key = ["dags", asked];
  const answer = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<DagPage>("/dags", asked, { signal }),
    placeholderData: keepPreviousData,
  });
  // How many of those that fit the filters are not shown because they are paused.
  const askedHidden = { ...queryOf(address, filters), limit: 1, offset: 0, paused: true };
  const hidden = useQuery({
    queryKey: ["dags", askedHidden],
    queryFn: ({ signal }) => api.get<DagPage>("/dags", askedHidden, { signal }),
    enabled: !showPaused,
  });
  const hiddenCount = showPaused ? 0 : (hidden.data?.total_entries ?? 0);

  const pause = async (dag: Dag, is_paused: boolean) => {
    // Shown at once, and taken back if the server refuses.
    const put = (value: boolean) =>
      client.setQueryData<DagPage>(
        key,
        (old) =>
          old && {
            ...old,
            dags: old.dags.map((one) => (one.dag_id === dag.dag_id ? { ...one, is_paused: value } : one)),
          },
      );
    put(is_paused);
    try {
      await api.patch(`/dags/${part(dag.dag_id)}`, { is_paused });
      if (is_paused && !showPaused) toast.info(`${dag.dag_id} is paused, and hidden until you show paused DAGs`);
    } catch (error) {
      put(!is_paused);
      toast.error(`could not ${is_paused ? "pause" : "switch on"} ${dag.dag_id}`, error);
    }
    await client.invalidateQueries({ queryKey: ["dags"] });
  };
  const columns = dagColumns(may, {
    pause: (dag, paused) => void pause(dag, paused),
    filter: change,
  });

  return (
    <main className="page">
      <ImportErrors />
      <div className="page-head">
        <h1>DAGs</h1>
        <span className="grow" />
        <AtAGlance />
      </div>
      <div className="list-bar">
        <Filters filters={filters} values={address.filters} onChange={change} />
        <label className="check">
          <Switch on={showPaused} label="Show Paused DAGs" onChange={setShowPaused} />
          <span aria-hidden="true">Show Paused DAGs</span>
        </label>
        <span className="grow" />
        {answer.data && <Pager address={address} total={answer.data.total_entries} onChange={change} />}
      </div>
      {answer.data ? (
        <>
          <Table
            label="DAGs"
            columns={columns}
            rows={answer.data.dags}
            rowKey={(dag) => dag.dag_id}
            sort={address.sort}
            onSort={(sort) => change({ sort: sort === "dag_id" ? null : sort })}
            busy={answer.isPlaceholderData}
            empty={
              hiddenCount > 0 ? <Empty title="No DAG here is switched on">New DAGs are paused.</Empty> : <NoDags />
            }
          />
          {hiddenCount > 0 && (
            <p className="row wrap hidden-dags soft">
              {hiddenCount === 1 ? "1 paused DAG is hidden" : `${hiddenCount} paused DAGs are hidden`}
              <button onClick={() => setShowPaused(true)}>Show {hiddenCount === 1 ? "it" : "them"}</button>
            </p>
          )}
        </>
      ) : answer.isError ? (
        <Failure error={answer.error} retry={() => void answer.refetch()} />
      ) : (
        <Skeleton lines={8} />
      )}
    </main>
  );
}

function NoDags() {
  return (
    <Empty title="No DAGs to show">
      None matches, or none is there yet: put a DAG file into the DAGs folder, or upload one under Developer, Manage
      DAGs.
    </Empty>
  );
}
