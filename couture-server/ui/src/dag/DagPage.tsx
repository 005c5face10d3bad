import { useParams } from "react-router";

/** One DAG, in all its views: `/dags/:dagId/*`. */
export function Component() {
  const { dagId } = useParams();
  return (
    <main className="page">
      <h1>{dagId}</h1>
    </main>
  );
}
