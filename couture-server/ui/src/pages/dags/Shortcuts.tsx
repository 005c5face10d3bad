import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, part } from "../../api/client";
import type { May } from "../../api/session";
import type { Dag } from "../../api/types";
import { paths } from "../../app/paths";
import { VIEW_TABS } from "../../dag/frame/views";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { Menu } from "../../parts/Menu";
import { toast } from "../../parts/toast";

/** Trigger, the graph, and a menu with everything else of a DAG. */
export function Shortcuts({ dag, may }: { dag: Dag; may: May }) {
  const client = useQueryClient();
  const id = dag.dag_id;
  const refresh = async () => {
    try {
      await api.post(`/parseDagFile/${part(dag.file_token)}`);
      toast.done(`${id} is read again`);
    } catch (error) {
      toast.error(`could not read ${id} again`, error);
    }
  };
  const remove = () =>
    confirm({
      title: `Delete ${id}?`,
      body: "Its runs, task instances, logs and XComs are deleted for good. Its file stays, and with it the DAG comes back, without history.",
      action: "Delete",
      danger: true,
      type: id,
      run: async () => {
        await api.del(`/dags/${part(id)}`);
        await client.invalidateQueries({ queryKey: ["dags"] });
        toast.done(`${id} is deleted`);
      },
    });
  return (
    <span className="row-actions">
      {may("create", "DAG Runs", id) && (
        <Link
          className="button ghost"
          to={paths.dag(id, "trigger")}
          title={`Trigger ${id}`}
          aria-label={`Trigger ${id}`}
        >
          <Icon name="play" />
        </Link>
      )}
      <Link className="button ghost" to={paths.dag(id, "graph")} title="Graph" aria-label={`Graph of ${id}`}>
        <Icon name="graph" />
      </Link>
      <Menu
        align="right"
        title={`More of ${id}`}
        label={<Icon name="more" />}
        items={[
          ...VIEW_TABS.filter(({ needs }) => !needs || may("read", needs, id)).map(({ path, label }) => ({
            label,
            to: paths.dag(id, path),
          })),
          ...(may("edit", "DAGs", id) ? [{ label: "Refresh", onSelect: () => void refresh(), separated: true }] : []),
          ...(may("delete", "DAGs", id) ? [{ label: "Delete…", danger: true, onSelect: () => void remove() }] : []),
        ]}
      />
    </span>
  );
}
