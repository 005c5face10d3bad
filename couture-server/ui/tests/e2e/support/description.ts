// What the server says of its API, and whether the page keeps to it: a query that the server does not know is not answered with an error.

import { readFileSync } from "node:fs";

interface Operation {
  parameters?: { name: string; in: string }[];
}

const document = JSON.parse(readFileSync(new URL("../../../openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};

const paths = Object.entries(document.paths)
  // What is named goes before what stands for any name.
  .sort(([one], [two]) => one.split("{").length - two.split("{").length)
  .map(([path, operations]) => {
    const pattern = path
      .replace(/[.*+?^$()|[\]\\]/g, "\\$&")
      .replace(/\{(path|file)\}$/, ".+")
      .replace(/\{[^}]*\}/g, "[^/]+");
    return { pattern: new RegExp(`^${pattern}$`), operations };
  });

/** What of a request the description does not have, in words; null where it has all. */
export function undescribed(method: string, url: URL): string | null {
  if (!/^\/(api|auth)\//.test(url.pathname)) return null;
  const found = paths
    .filter(({ pattern }) => pattern.test(url.pathname))
    .flatMap(({ operations }) => operations[method.toLowerCase()] ?? []);
  if (found.length === 0) return `not described: ${method} ${url.pathname}`;
  const known = new Set(found.flatMap(({ parameters = [] }) => parameters).map(({ name }) => name));
  const unknown = [...url.searchParams.keys()].filter((name) => !known.has(name));
  return unknown.length === 0 ? null : `${method} ${url.pathname} has no ${unknown.join(", ")}`;
}
