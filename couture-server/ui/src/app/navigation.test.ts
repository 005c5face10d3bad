import { describe, expect, it } from "vitest";
import { permits } from "../api/session";
import { navigationFor, SECTIONS } from "./navigation";

describe("the navigation", () => {
  const check = (pairs: [string, string][], expected: Record<string, string[]>) =>
    it(JSON.stringify(expected), () => {
      const permissions = pairs.map(([action, resource]) => ({ action, resource }));
      const shown = navigationFor((action, resource, dag) => permits(permissions, action, resource, dag));
      const found = Object.fromEntries(
        shown.map((section) => [section.label, section.places.map((place) => place.label)]),
      );
      expect(found).toEqual(expected);
    });
  const about = { About: ["Version", "User Guide", "Coming from Airflow"] };
  check([], about);
  check([["can_read", "DAG:a"]], { DAGs: [], ...about });
  check(
    [
      ["can_read", "DAG:a"],
      ["can_read", "DAG Runs"],
      ["can_read", "Pools"],
    ],
    {
      DAGs: [],
      Browse: ["DAG Runs"],
      Admin: ["Pools"],
      ...about,
    },
  );
  check([["can_read", "Exploratory Data Analysis"]], { Developer: ["Exploratory Data Analysis"], ...about });
  it("has its sections in the order that people know", () => {
    expect(SECTIONS.map((section) => section.label)).toEqual([
      "DAGs",
      "Security",
      "Browse",
      "Developer",
      "Admin",
      "About",
    ]);
  });
});
