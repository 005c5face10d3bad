import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import { paths } from "../../app/paths";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { Menu, type MenuItem } from "../../parts/Menu";
import { Switch } from "../../parts/Switch";
import { Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import { dagPath } from "../data/paths";
import { detailsQuery } from "../data/queries";
import type { DagDetails } from "../data/shapes";
import { useView } from "../data/view";
import { useDagId } from "./dagId";
import { WayBack } from "./WayBack";

/** What the DAG is and what can be done with all of it. */
export function DagHeader() {
  const dagId = useDagId();
  const { view, search } = useView();
  const may = useMay();
  const details = useQuery(detailsQuery(dagId));
  const setPaused = usePause(dagId);
  const items = useDagActions(dagId, details.data);
  const dag = details.data;
  return (
    <header className="dag-header">
      {view.via && <WayBack via={view.via} />}
      <div className="dag-title">
        {dag && may("edit", "DAGs", dagId) && (
          <Switch
            on={!dag.is_paused}
            label={dag.is_paused ? `switch ${dagId} on` : `switch ${dagId} off`}
            onChange={(on) => setPaused.mutate(!on)}
          />
        )}
        <h1 title={dagId}>
          <Link to={paths.dags} className="faint">
            DAG:
          </Link>{" "}
          {dag?.dag_display_name || dagId}
        </h1>
        {dag?.is_paused && <span className="tag">paused</span>}
        {dag?.is_stale && <span className="tag warning">its file is gone</span>}
        {dag?.quarantined && <span className="tag danger">quarantined</span>}
        {dag?.has_import_errors && <span className="tag danger">import error</span>}
        <span className="grow" />
        {dag && <Schedule dag={dag} />}
        {may("create", "DAG Runs", dagId) && (
          <Link className="button primary" to={{ pathname: paths.dag(dagId, "trigger"), search }}>
            <Icon name="play" /> Trigger
          </Link>
        )}
        {items.length > 0 && <Menu label={<Icon name="more" />} title="More actions" items={items} align="right" />}
      </div>
      {dag?.description && <p className="dag-description soft">{dag.description}</p>}
    </header>
  );
}

/** The schedule in short; a DAG without one says `None`, as in Python. */
export function scheduleWords(dag: DagDetails): string {
  const summary = dag.timetable_summary;
  return !summary || summary === "None" ? "no schedule" : summary;
}

function Schedule({ dag }: { dag: DagDetails }) {
  return (
    <span className="dag-schedule soft">
      <span title={dag.timetable_description ?? undefined}>
        <Icon name="clock" size={14} /> {scheduleWords(dag)}
      </span>
      {dag.next_dagrun_run_after && !dag.is_paused && (
        <span>
          next run <Time value={dag.next_dagrun_run_after} />
        </span>
      )}
    </span>
  );
}

/** Switches the DAG on or off; shown at once, taken back if the server refuses. */
function usePause(dagId: string) {
  const client = useQueryClient();
  const { queryKey } = detailsQuery(dagId);
  return useMutation({
    mutationFn: (paused: boolean) => api.patch(dagPath(dagId), { is_paused: paused }),
    onMutate: (paused) => {
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (old) => old && { ...old, is_paused: paused });
      return { before };
    },
    onError: (error, paused, context) => {
      client.setQueryData(queryKey, context?.before);
      toast.error(`could not switch ${dagId} ${paused ? "off" : "on"}`, error);
    },
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
}

function useDagActions(dagId: string, dag: DagDetails | undefined): MenuItem[] {
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  if (!dag) return [];
  const refresh = async () => {
    try {
      await api.post(`/parseDagFile/${encodeURIComponent(dag.file_token ?? "")}`);
      toast.done(`the file of ${dagId} is read again`);
      await client.invalidateQueries({ queryKey: ["dag", dagId] });
    } catch (error) {
      toast.error(`could not read the file of ${dagId} again`, error);
    }
  };
  const remove = async () => {
    const done = await confirm({
      title: `Delete ${dagId}?`,
      body: "Its runs, task instances and XComs go for good. The file stays; the DAG comes back when it is read again.",
      action: "Delete",
      danger: true,
      type: dagId,
      run: () => api.del(dagPath(dagId)),
    });
    if (!done) return;
    toast.done(`${dagId} is deleted`);
    void navigate(paths.dags);
  };
  const items: MenuItem[] = [];
  if (may("edit", "DAGs", dagId) && dag.file_token)
    items.push({ label: "Refresh from its file", onSelect: () => void refresh() });
  if (dag.fileloc && may("edit", "Manage DAGs"))
    items.push({ label: "Edit its file", to: paths.file(relativeFile(dag)) });
  if (may("delete", "DAGs", dagId))
    items.push({ label: "Delete…", danger: true, separated: true, onSelect: () => void remove() });
  return items;
}

function relativeFile(dag: DagDetails): string {
  return dag.relative_fileloc ?? dag.fileloc ?? "";
}
