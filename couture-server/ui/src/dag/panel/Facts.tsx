import { Fragment, type ReactNode } from "react";

/** Names and values; what is unknown is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="dag-facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}

export const yesNo = (value: boolean | null | undefined) => (value == null ? null : value ? "yes" : "no");
