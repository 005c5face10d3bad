import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { Answer } from "../../parts/Answer";
import { Time } from "../../parts/Time";
import type { Column } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import "./security.css";

type Counts = Schema<"UserCounts">;

type Statistics = Schema<"UserStatistics">;

const TITLES: Record<string, string> = { login_count: "Logins", fail_login_count: "Failed logins" };

const columns: Column<Counts>[] = [
  { id: "username", title: "User", sort: true, cell: (row) => row.username },
  { id: "login_count", title: "Logins", sort: true, align: "right", cell: (row) => row.login_count },
  {
    id: "fail_login_count",
    title: "Failed since the last",
    sort: true,
    align: "right",
    cell: (row) => row.fail_login_count,
  },
  { id: "last_login", title: "Last login", sort: true, cell: (row) => <Time value={row.last_login} /> },
];

/** How often users logged in, and failed to. */
export function Component() {
  const answer = useQuery({
    queryKey: ["userStatistics", "charts"],
    queryFn: () => api.get<Statistics>("/userStatistics", { limit: 1 }),
  });
  return (
    <>
      <ListPage
        title="User's Statistics"
        list="userStatistics"
        path="/userStatistics"
        plural="users"
        columns={columns}
        rowKey={(row) => row.username}
        sort="username"
      />
      <div className="page charts">
        <Answer query={answer}>
          {({ charts }) =>
            charts.map(({ name, bars }) => (
              <section key={name} className="card">
                <h2>{TITLES[name] ?? name}</h2>
                <Bars bars={bars.filter(({ value }) => value > 0)} />
              </section>
            ))
          }
        </Answer>
      </div>
    </>
  );
}

function Bars({ bars }: { bars: { username: string; value: number }[] }) {
  if (bars.length === 0) return <p className="faint">None</p>;
  const most = Math.max(...bars.map(({ value }) => value));
  return (
    <dl className="bars">
      {bars.map(({ username, value }) => (
        <div key={username}>
          <dt>{username}</dt>
          <dd>
            <span className="bar" style={{ width: `${(value / most) * 100}%` }} />
            <span className="number">{value}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
