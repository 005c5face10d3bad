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
  { path: "*", element: <NotFound /> },
];

/** Every view has its address; what is behind one loads when it is opened. */
export const router = createBrowserRouter([
  { path: "login", lazy: () => import("../pages/login/LoginPage"), errorElement: <Crash /> },
  {
    element: <Shell />,
    errorElement: <Crash />,
    // An error of one page leaves the navigation standing.
    children: [{ errorElement: <Crash />, children: pages }],
  },
]);
