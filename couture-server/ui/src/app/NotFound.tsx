import { Link } from "react-router";
import { Empty } from "../parts/Answer";

export function NotFound() {
  return (
    <main className="page">
      <Empty title="There is no such page">
        <Link to="/dags">Go to the DAGs</Link>
      </Empty>
    </main>
  );
}
