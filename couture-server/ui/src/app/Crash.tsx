import { useRouteError } from "react-router";
import { wordsOf } from "../api/client";

/** Stands in for a page that broke, and says what to do. */
export function Crash() {
  const error = useRouteError();
  const words = wordsOf(error);
  // After an upgrade of the server, the parts that an open tab wants are no longer there.
  const stale = /dynamically imported module|module script/i.test(words);
  return (
    <main className="page">
      <div className="failure" role="alert">
        <strong>{stale ? "The server has a newer page" : "This page broke"}</strong>
        <p>{stale ? "Load it again to go on." : words}</p>
        <button className="primary" onClick={() => window.location.reload()}>
          Load again
        </button>
      </div>
    </main>
  );
}
