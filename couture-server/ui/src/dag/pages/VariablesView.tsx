import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Answer, Empty } from "../../parts/Answer";
import { variablesUsedQuery } from "../data/queries";
import { useDagId } from "../frame/dagId";

interface Used {
  name: string;
  isSet: boolean;
}

/** The Variables and Connections that the DAG reads, and whether they are there. */
export default function VariablesView() {
  const query = useQuery(variablesUsedQuery(useDagId()));
  return (
    <div className="dag-scroll" tabIndex={0}>
      <Answer query={query}>
        {({ variables, connections }) =>
          variables.length + connections.length === 0 ? (
            <Empty title="This DAG names no Variables or Connections.">
              What its file and its templates read appears here.
            </Empty>
          ) : (
            <div className="dag-columns">
              <Uses
                title="Variables"
                to="/admin/variables"
                uses={variables.map(({ key, is_set }) => ({ name: key, isSet: is_set }))}
              />
              <Uses
                title="Connections"
                to="/admin/connections"
                uses={connections.map(({ conn_id, is_set }) => ({ name: conn_id, isSet: is_set }))}
              />
            </div>
          )
        }
      </Answer>
    </div>
  );
}

function Uses({ title, to, uses }: { title: string; to: string; uses: Used[] }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      {uses.length === 0 ? (
        <p className="faint">none</p>
      ) : (
        <table className="dag-table">
          <thead>
            <tr>
              <th>Name</th>
              <th>Set</th>
            </tr>
          </thead>
          <tbody>
            {uses.map(({ name, isSet }) => (
              <tr key={name}>
                <td>
                  <Link className="break" to={`${to}?q=${encodeURIComponent(name)}`}>
                    {name}
                  </Link>
                </td>
                <td>{isSet ? <span className="tag good">set</span> : <span className="tag danger">not set</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
