import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import { useMe } from "../../api/session";
import type { Schema } from "../../api/types";
import { Field, FormDialog } from "../../form/Form";
import { Answer, Empty } from "../../parts/Answer";
import { confirm } from "../../parts/confirm";
import { Dialog } from "../../parts/Dialog";
import { Icon } from "../../parts/Icon";
import { Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import type { Column } from "../../table/columns";
import { Table } from "../../table/Table";

type Token = Schema<"ApiToken">;

/** One's own API tokens. */
export function Component() {
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["tokens"] });
  const answer = useQuery({ queryKey: ["tokens"], queryFn: () => api.get<Schema<"TokenList">>("/auth/me/tokens") });
  const remove = (token: Token) =>
    confirm({
      title: `Delete the token ${token.name}?`,
      body: "Programs that use it are refused from now on.",
      action: "Delete",
      danger: true,
      run: async () => {
        await api.del(`/auth/me/tokens/${token.id}`);
        await refresh();
      },
    });
  const columns: Column<Token>[] = [
    { id: "name", title: "Name", wide: true, cell: (token) => token.name },
    {
      id: "scopes",
      title: "May",
      wide: true,
      cell: (token) =>
        token.scopes
          ? token.scopes.map((one) => `${one.action.replace("can_", "")} ${one.resource}`).join(", ")
          : "everything that you may",
    },
    { id: "created", title: "Created", cell: (token) => <Time value={token.created_at} /> },
    { id: "expires", title: "Expires", cell: (token) => <Time value={token.expires_at} /> },
    { id: "used", title: "Last used", cell: (token) => <Time value={token.last_used_at} ago /> },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (token) => (
        <button
          className="ghost"
          title={`Delete ${token.name}`}
          aria-label={`Delete ${token.name}`}
          onClick={() => void remove(token)}
        >
          <Icon name="trash" />
        </button>
      ),
    },
  ];
  return (
    <>
      <div className="list-bar">
        <span className="soft">
          For programs: send one as <code>Authorization: Bearer …</code>.
        </span>
        <span className="grow" />
        <button className="primary" onClick={() => setCreating(true)}>
          <Icon name="plus" /> New token
        </button>
      </div>
      <Answer query={answer}>
        {({ tokens }) => (
          <Table
            label="API tokens"
            columns={columns}
            rows={tokens}
            rowKey={(token) => String(token.id)}
            empty={<Empty title="No tokens" />}
          />
        )}
      </Answer>
      {creating && (
        <NewToken
          onClose={() => setCreating(false)}
          onDone={(made) => {
            setSecret(made);
            void refresh();
          }}
        />
      )}
      {secret && <Secret secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}

function NewToken({ onClose, onDone }: { onClose: () => void; onDone: (secret: string) => void }) {
  const { permissions } = useMe();
  const [name, setName] = useState("");
  const [days, setDays] = useState(90);
  const [some, setSome] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  return (
    <FormDialog
      title="New API token"
      action="Create"
      valid={name.trim() !== "" && (!some || chosen.size > 0)}
      onClose={onClose}
      save={async () => {
        const scopes = some ? permissions.filter((_, index) => chosen.has(index)) : undefined;
        const made = await api.post<Schema<"IssuedBody">>("/auth/me/tokens", {
          name: name.trim(),
          expires_in_days: days,
          scopes,
        });
        onDone(made.secret);
      }}
    >
      <div className="fields">
        <Field label="Name" hint="What it is for">
          <input required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="Expires after (days)">
          <input
            type="number"
            min={1}
            max={3650}
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          />
        </Field>
      </div>
      <label className="check field">
        <input type="checkbox" checked={some} onChange={(event) => setSome(event.target.checked)} /> It may do only some
        of what you may
      </label>
      {some && (
        <div className="scopes">
          {permissions.map((one, index) => (
            <label key={`${one.action} ${one.resource}`} className="check">
              <input
                type="checkbox"
                checked={chosen.has(index)}
                onChange={(event) => {
                  const next = new Set(chosen);
                  if (event.target.checked) next.add(index);
                  else next.delete(index);
                  setChosen(next);
                }}
              />
              {one.action.replace("can_", "")} {one.resource}
            </label>
          ))}
        </div>
      )}
    </FormDialog>
  );
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog
      title="Your new token"
      onClose={onClose}
      footer={
        <button className="primary" onClick={onClose}>
          I have kept it
        </button>
      }
    >
      <p>It is shown this once. Keep it where you keep passwords.</p>
      <div className="row">
        <code className="secret">{secret}</code>
        <button
          onClick={() =>
            void navigator.clipboard.writeText(secret).then(
              () => toast.done("The token is copied"),
              () => toast.error("this browser does not copy here; select the text instead"),
            )
          }
        >
          <Icon name="copy" /> Copy
        </button>
      </div>
    </Dialog>
  );
}
