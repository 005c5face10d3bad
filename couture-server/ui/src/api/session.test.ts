import { describe, expect, it } from "vitest";
import { permits, type Action } from "./session";

// The same cases as the server's own: a DAG needs both its own permission and the general one.
describe("permits", () => {
  const check = (
    pairs: [string, string][],
    action: Action,
    resource: string,
    dag: string | undefined,
    expected: boolean,
  ) =>
    it(`${JSON.stringify(pairs)} ${action} ${resource} ${dag ?? "any"}: ${expected}`, () => {
      const permissions = pairs.map(([name, on]) => ({ action: name, resource: on }));
      expect(permits(permissions, action, resource, dag)).toBe(expected);
    });
  check([], "read", "DAGs", "a", false);
  check([["can_read", "all_dags"]], "read", "DAGs", "a", true);
  check([["can_read", "all_dags"]], "edit", "DAGs", "a", false);
  check([["can_edit", "DAG:a"]], "read", "DAGs", "a", true);
  check([["can_edit", "DAG:a"]], "read", "DAGs", "b", false);
  check([["can_edit", "DAG:a"]], "delete", "DAGs", "a", false);
  check(
    [
      ["can_edit", "DAG:a"],
      ["can_delete", "DAGs"],
    ],
    "delete",
    "DAGs",
    "a",
    true,
  );
  check([["can_read", "DAG:a"]], "read", "DAG Runs", "a", false);
  check([["can_read", "DAG Runs"]], "read", "DAG Runs", undefined, false);
  check(
    [
      ["can_read", "DAG Runs"],
      ["can_read", "DAG:a"],
    ],
    "read",
    "DAG Runs",
    "a",
    true,
  );
  check(
    [
      ["can_read", "DAG Runs"],
      ["can_read", "DAG:a"],
    ],
    "read",
    "DAG Runs",
    undefined,
    true,
  );
  check(
    [
      ["can_create", "DAG Runs"],
      ["can_read", "DAG:a"],
    ],
    "create",
    "DAG Runs",
    "a",
    false,
  );
  check(
    [
      ["can_create", "DAG Runs"],
      ["can_edit", "DAG:a"],
    ],
    "create",
    "DAG Runs",
    "a",
    true,
  );
  check([["can_read", "Variables"]], "read", "Variables", undefined, true);
  check([["can_read", "Variables"]], "edit", "Variables", undefined, false);
});
