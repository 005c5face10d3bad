import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { Crash } from "./Crash";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

type Page = () => Promise<{ Component: React.ComponentType }>;
const page = (path: string, lazy: Page): RouteObject => ({ path, lazy });

const pages: RouteObject[] = [
  { index: true, element: <Navigate to="/dags" replace /> },
  page("dags", () => import("../pages/dags/DagsPage")),
  page("dags/:dagId/*", () => import("../dag/DagPage")),

  page("security/users", () => import("../pages/security/UsersPage")),
  page("security/roles", () => import("../pages/security/RolesPage")),
  page("security/roles/:role", () => import("../pages/security/RolePage")),
  page("security/statistics", () => import("../pages/security/StatisticsPage")),

  page("browse/runs", () => import("../pages/browse/RunsPage")),
  page("browse/task-instances", () => import("../pages/browse/TaskInstancesPage")),
  page("browse/jobs", () => import("../pages/browse/JobsPage")),
  page("browse/audit-logs", () => import("../pages/browse/AuditLogsPage")),
  page("browse/sla-misses", () => import("../pages/browse/SlaMissesPage")),
  page("browse/backfills", () => import("../pages/browse/BackfillsPage")),
  page("browse/assets", () => import("../pages/browse/AssetsPage")),
  page("browse/assets/:assetId", () => import("../pages/browse/AssetPage")),

  page("developer/dags", () => import("../pages/developer/DagFilesPage")),
  page("developer/dags/edit", () => import("../pages/developer/EditDagPage")),
  page("developer/artifacts", () => import("../pages/developer/ArtifactsPage")),
  page("developer/artifacts/edit", () => import("../pages/developer/EditArtifactPage")),
  page("developer/bricks", () => import("../pages/developer/BricksPage")),
  page("developer/eda", () => import("../pages/developer/eda/EdaPage")),

  page("admin/connections", () => import("../pages/admin/ConnectionsPage")),
  page("admin/variables", () => import("../pages/admin/VariablesPage")),
  page("admin/pools", () => import("../pages/admin/PoolsPage")),
  page("admin/xcoms", () => import("../pages/admin/XComsPage")),
  page("admin/ldap", () => import("../pages/admin/LdapPage")),
  page("admin/configuration", () => import("../pages/admin/ConfigurationPage")),

  page("about/version", () => import("../pages/about/VersionPage")),
  page("about/guide", () => import("../pages/about/GuidePage")),
  page("about/airflow", () => import("../pages/about/AirflowPage")),

  {
    path: "profile",
    lazy: () => import("../pages/profile/ProfilePage"),
    children: [
      { index: true, lazy: () => import("../pages/profile/ProfileHome") },
      page("tokens", () => import("../pages/profile/TokensPage")),
      page("sessions", () => import("../pages/profile/SessionsPage")),
    ],
  },
  { path: "*", element: <NotFound /> },
];

/** Every view has its address; what is behind one loads when it is opened. */
export const router = createBrowserRouter([
  {
    path: "login",
    lazy: () => import("../pages/login/LoginPage"),
    errorElement: <Crash />,
    hydrateFallbackElement: <></>,
  },
  {
    hydrateFallbackElement: <></>,
    element: <Shell />,
    errorElement: <Crash />,
    // An error of one page leaves the navigation standing.
    children: [{ errorElement: <Crash />, children: pages }],
  },
]);
