import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError, wordsOf } from "../api/client";

/** An error in words, with a way to try again. */
export function Failure({ error, retry, children }: { error: unknown; retry?: () => void; children?: ReactNode }) {
  const status = error instanceof ApiError ? error.status : null;
  return (
    <div className="failure" role="alert">
      <strong>{status === 403 ? "Not permitted" : status === 404 ? "Not found" : "This could not be loaded"}</strong>
      <p>{wordsOf(error)}</p>
      {status === 403 && !/administrator/.test(wordsOf(error)) && (
        <p className="faint">An administrator can give your role the permission.</p>
      )}
      {retry && status !== 403 && <button onClick={retry}>Try again</button>}
      {children}
    </div>
  );
}

/** What a query answered: its data, that it is on its way, or its error in words. */
export function Answer<T>({
  query,
  children,
  lines = 4,
}: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  /** How many grey lines stand for what is on its way. */
  lines?: number;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton lines={lines} />;
}

/** Grey lines in place of what is on its way. They appear late, so that fast answers do not flicker. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div className="skeleton" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="skeleton-line" />
      ))}
    </div>
  );
}

/** Says that there is nothing, why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children && <div>{children}</div>}
    </div>
  );
}
