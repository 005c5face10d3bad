import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Link, Navigate, Route, Routes, useParams } from "react-router";
import { ApiError } from "../api/client";
import { paths } from "../app/paths";
import { Failure, Skeleton } from "../parts/Answer";
import { useFollow } from "./data/live";
import { detailsQuery } from "./data/queries";
import { useView } from "./data/view";
import { DagHeader } from "./frame/DagHeader";
import { DagIdContext } from "./frame/dagId";
import { ViewTabs } from "./frame/ViewTabs";
import { GridView } from "./grid/GridView";
import { Panel } from "./panel/Panel";
import "./dag.css";

const TreeView = lazy(() => import("./grid/TreeView"));
const GraphView = lazy(() => import("./graph/GraphView"));
const GanttView = lazy(() => import("./charts/GanttView"));
const DurationsView = lazy(() => import("./charts/DurationsView"));
const TriesView = lazy(() => import("./charts/TriesView"));
const LandingView = lazy(() => import("./charts/LandingView"));
const CalendarView = lazy(() => import("./charts/CalendarView"));
const CodeView = lazy(() => import("./code/CodeView"));
const RunsView = lazy(() => import("./pages/RunsView"));
const VariablesView = lazy(() => import("./pages/VariablesView"));
const DetailsView = lazy(() => import("./pages/DetailsView"));
const AuditView = lazy(() => import("./pages/AuditView"));
const TriggerView = lazy(() => import("./trigger/TriggerView"));

/** One DAG, in all its views: `/dags/:dagId/*`. */
export function Component() {
  const { dagId = "" } = useParams();
  return (
    <DagIdContext value={dagId}>
      <Dag key={dagId} dagId={dagId} />
    </DagIdContext>
  );
}

function Dag({ dagId }: { dagId: string }) {
  useFollow(dagId);
  const { error } = useQuery(detailsQuery(dagId));
  // Without the DAG itself, every view of it would only say the same.
  if (error instanceof ApiError && [403, 404].includes(error.status)) return <Missing error={error} />;
  return (
    <main className="dag-page">
      <DagHeader />
      <ViewTabs />
      <div className="dag-body">
        <section className="dag-view" aria-label="View">
          <Suspense fallback={<Skeleton lines={8} />}>
            <Routes>
              <Route index element={<ToGrid />} />
              <Route path="grid" element={<GridView />} />
              <Route path="tree" element={<TreeView />} />
              <Route path="graph" element={<GraphView />} />
              <Route path="gantt" element={<GanttView />} />
              <Route path="durations" element={<DurationsView />} />
              <Route path="tries" element={<TriesView />} />
              <Route path="landing-times" element={<LandingView />} />
              <Route path="calendar" element={<CalendarView />} />
              <Route path="code" element={<CodeView />} />
              <Route path="runs" element={<RunsView />} />
              <Route path="variables" element={<VariablesView />} />
              <Route path="details" element={<DetailsView />} />
              <Route path="audit" element={<AuditView />} />
              <Route path="trigger" element={<TriggerView />} />
              <Route path="*" element={<ToGrid />} />
            </Routes>
          </Suspense>
        </section>
        <Panel />
      </div>
    </main>
  );
}

function Missing({ error }: { error: ApiError }) {
  return (
    <main className="page">
      <Failure error={error}>
        {error.status === 404 && (
          <p className="faint">It was deleted or renamed, its file cannot be read, or your role may not see it.</p>
        )}
        <Link className="button" to={paths.dags}>
          To the DAGs
        </Link>
      </Failure>
    </main>
  );
}

function ToGrid() {
  const { search } = useView();
  const { dagId = "" } = useParams();
  return <Navigate to={{ pathname: paths.dag(dagId), search }} replace />;
}
