import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { Navigate, Outlet, ScrollRestoration, useLocation, useNavigation } from "react-router";
import { meQuery } from "../api/session";
import { Live } from "../live/Live";
import { Failure, Skeleton } from "../parts/Answer";
import { Header } from "./Header";
import { HealthNotice } from "./HealthNotice";
import { Keys, useKeys } from "./Keys";
import "./shell.css";

/** The frame of every page but the login: navigation, live updates, keys. Without a session it leads to the login. */
export function Shell() {
  const me = useQuery(meQuery);
  const { pathname, search } = useLocation();
  const navigation = useNavigation();
  const [help, setHelp] = useState(false);
  useKeys(() => setHelp(true));

  if (me.isError) {
    return (
      <main className="page">
        <Failure error={me.error} retry={() => void me.refetch()} />
      </main>
    );
  }
  if (me.data === undefined) return <Skeleton />;
  if (me.data === null || me.data.user.must_change_password) {
    const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/login${next}`} replace />;
  }
  return (
    <div className="shell">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <Header onHelp={() => setHelp(true)} />
      <div className={navigation.state === "idle" ? "progress" : "progress busy"} aria-hidden="true" />
      <HealthNotice />
      <div id="page" className="shell-page" tabIndex={-1}>
        <Suspense fallback={<Skeleton />}>
          <Outlet />
        </Suspense>
      </div>
      <Live />
      <ScrollRestoration getKey={({ pathname: path }) => path} />
      {help && <Keys onClose={() => setHelp(false)} />}
    </div>
  );
}
