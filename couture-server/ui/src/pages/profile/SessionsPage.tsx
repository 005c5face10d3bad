import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { Answer, Empty } from "../../parts/Answer";
import { confirm } from "../../parts/confirm";
import { Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import type { Column } from "../../table/columns";
import { Table } from "../../table/Table";

type Session = Schema<"SessionBody">;

const columns: Column<Session>[] = [
  {
    id: "agent",
    title: "Browser",
    wide: true,
    cell: (row) => (
      <>
        {row.agent || <span className="faint">unknown</span>}{" "}
        {row.current && <span className="tag good">this one</span>}
      </>
    ),
  },
  { id: "address", title: "From", cell: (row) => <code>{row.address}</code> },
  { id: "created", title: "Since", cell: (row) => <Time value={row.created_at} /> },
  { id: "seen", title: "Last seen", cell: (row) => <Time value={row.last_seen} ago /> },
  { id: "expires", title: "Expires", cell: (row) => <Time value={row.expires_at} /> },
];

/** Where one is logged in. */
export function Component() {
  const client = useQueryClient();
  const answer = useQuery({
    queryKey: ["sessions"],
    queryFn: () => api.get<Schema<"SessionList">>("/auth/me/sessions"),
  });
  const end = () =>
    confirm({
      title: "End all your other sessions?",
      body: "Other browsers have to log in again.",
      action: "End them",
      danger: true,
      run: async () => {
        await api.del("/auth/me/sessions");
        toast.done("Your other sessions are ended");
        await client.invalidateQueries({ queryKey: ["sessions"] });
      },
    });
  return (
    <Answer query={answer}>
      {({ sessions }) => (
        <>
          <div className="list-bar">
            <span className="grow" />
            <button disabled={sessions.length < 2} onClick={() => void end()}>
              End all other sessions
            </button>
          </div>
          <Table
            label="Sessions"
            columns={columns}
            rows={sessions}
            rowKey={(row) => `${row.created_at} ${row.address} ${row.agent} ${row.current}`}
            empty={<Empty title="No sessions" />}
          />
        </>
      )}
    </Answer>
  );
}
