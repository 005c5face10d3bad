import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, part } from "../../api/client";
import { useMay } from "../../api/session";
import type { Schema } from "../../api/types";
import { Field, FormDialog } from "../../form/Form";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { stateColor } from "../../parts/StateBadge";
import { toast } from "../../parts/toast";
import type { Column, Filter } from "../../table/columns";
import type { Local } from "../../table/rows";
import { ListPage } from "../../table/ListPage";
import "./admin.css";

type Pool = Schema<"PoolBody">;

const local: Local<Pool> = {
  text: (pool) => `${pool.name} ${pool.description ?? ""}`,
  value: (pool, column) =>
    ({
      name: pool.name,
      slots: pool.slots,
      running: pool.running_slots,
      queued: pool.queued_slots,
      scheduled: pool.scheduled_slots,
      open: pool.open_slots,
    })[column] ?? null,
};

const filters: Filter[] = [{ id: "q", label: "Search pools", kind: "text" }];

/** How many task instances may run at once, by pool. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const [shown, setShown] = useState<Pool | "new" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["pools"] });
  const remove = (pool: Pool) =>
    confirm({
      title: `Delete the pool ${pool.name}?`,
      body: "Tasks that name it wait until there is such a pool again.",
      action: "Delete",
      danger: true,
      run: async () => {
        await api.del(`/pools/${part(pool.name)}`);
        toast.done(`${pool.name} is deleted`);
        await refresh();
      },
    });
  const columns: Column<Pool>[] = [
    {
      id: "name",
      title: "Pool",
      sort: true,
      wide: true,
      cell: (pool) => <Link to={`/browse/task-instances?pool=${part(pool.name)}`}>{pool.name}</Link>,
    },
    { id: "use", title: "In use", cell: (pool) => <Use pool={pool} /> },
    { id: "slots", title: "Slots", sort: true, align: "right", cell: (pool) => (pool.slots < 0 ? "∞" : pool.slots) },
    { id: "running", title: "Running", sort: true, align: "right", cell: (pool) => pool.running_slots },
    { id: "queued", title: "Queued", sort: true, align: "right", cell: (pool) => pool.queued_slots },
    { id: "scheduled", title: "Waiting", sort: true, align: "right", cell: (pool) => pool.scheduled_slots },
    { id: "deferred", title: "Deferred", align: "right", cell: (pool) => pool.deferred_slots },
    { id: "open", title: "Free", sort: true, align: "right", cell: (pool) => pool.open_slots },
    { id: "description", title: "Description", wide: true, cell: (pool) => pool.description },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (pool) => (
        <span className="row-actions">
          {may("edit", "Pools") && (
            <button
              className="ghost"
              title={`Edit ${pool.name}`}
              aria-label={`Edit ${pool.name}`}
              onClick={() => setShown(pool)}
            >
              <Icon name="edit" />
            </button>
          )}
          {may("delete", "Pools") && pool.name !== "default_pool" && (
            <button
              className="ghost"
              title={`Delete ${pool.name}`}
              aria-label={`Delete ${pool.name}`}
              onClick={() => void remove(pool)}
            >
              <Icon name="trash" />
            </button>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <ListPage
        title="Pools"
        list="pools"
        path="/pools"
        plural="pools"
        columns={columns}
        rowKey={(pool) => pool.name}
        filters={filters}
        local={local}
        sort="name"
        actions={
          may("create", "Pools") && (
            <button className="primary" onClick={() => setShown("new")}>
              <Icon name="plus" /> Add pool
            </button>
          )
        }
      />
      {shown && (
        <PoolDialog
          pool={shown === "new" ? null : shown}
          onClose={() => setShown(null)}
          onDone={() => void refresh()}
        />
      )}
    </>
  );
}

function Use({ pool }: { pool: Pool }) {
  const share = (slots: number) => `${Math.min(100, (slots / Math.max(1, pool.slots)) * 100)}%`;
  const title = `${pool.occupied_slots} of ${pool.slots < 0 ? "unlimited" : pool.slots} slots taken`;
  return (
    <span className="pool-use" title={title} role="img" aria-label={title}>
      <span style={{ width: share(pool.running_slots), background: stateColor("running") }} />
      <span style={{ width: share(pool.queued_slots), background: stateColor("queued") }} />
    </span>
  );
}

function PoolDialog({ pool, onClose, onDone }: { pool: Pool | null; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(pool?.name ?? "");
  const [slots, setSlots] = useState(pool?.slots ?? 16);
  const [description, setDescription] = useState(pool?.description ?? "");
  const isDefault = pool?.name === "default_pool";
  const save = async () => {
    const rest = { slots, description: description || null };
    if (pool) await api.patch(`/pools/${part(pool.name)}`, isDefault ? { slots } : rest);
    else await api.post("/pools", { name: name.trim(), ...rest });
    toast.done(`${name} has ${slots} slots`);
    onDone();
  };
  return (
    <FormDialog
      title={pool ? `Edit ${pool.name}` : "Add pool"}
      valid={name.trim() !== ""}
      onClose={onClose}
      save={save}
    >
      <div className="fields">
        <Field label="Name">
          <input
            required
            readOnly={pool !== null}
            autoFocus={!pool}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Slots" hint="At least 1; for a pool that is never full, give it many">
          <input type="number" min={-1} value={slots} onChange={(event) => setSlots(Number(event.target.value))} />
        </Field>
      </div>
      {!isDefault && (
        <Field label="Description">
          <input value={description} onChange={(event) => setDescription(event.target.value)} />
        </Field>
      )}
    </FormDialog>
  );
}
