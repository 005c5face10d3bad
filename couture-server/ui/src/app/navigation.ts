import type { May } from "../api/session";

export interface Place {
  label: string;
  to: string;
  shown: (may: May) => boolean;
}

export interface Section {
  label: string;
  /** Leads there itself, instead of opening a list. */
  to?: string;
  /** Where its pages are, to mark the section of the page that is shown. */
  under: string;
  places: Place[];
}

const read =
  (resource: string) =>
  (may: May): boolean =>
    may("read", resource);

const place = (label: string, to: string, resource: string): Place => ({ label, to, shown: read(resource) });

/** The navigation. A page that is not there yet has no entry. */
export const SECTIONS: Section[] = [
  { label: "DAGs", to: "/dags", under: "/dags", places: [] },
  {
    label: "Security",
    under: "/security",
    places: [
      place("List Users", "/security/users", "Users"),
      place("List Roles", "/security/roles", "Roles"),
      place("User's Statistics", "/security/statistics", "User's Statistics"),
    ],
  },
  {
    label: "Browse",
    under: "/browse",
    places: [
      place("DAG Runs", "/browse/runs", "DAG Runs"),
      place("Task Instances", "/browse/task-instances", "Task Instances"),
      place("Jobs", "/browse/jobs", "Jobs"),
      place("Audit Logs", "/browse/audit-logs", "Audit Logs"),
      place("SLA Misses", "/browse/sla-misses", "SLA Misses"),
      place("Backfills", "/browse/backfills", "Backfills"),
      place("Assets", "/browse/assets", "Assets"),
    ],
  },
  {
    label: "Developer",
    under: "/developer",
    places: [
      place("Manage DAGs", "/developer/dags", "Manage DAGs"),
      place("Code Artifacts", "/developer/artifacts", "Code Artifacts"),
      place("Code Bricks", "/developer/bricks", "Code Bricks"),
      place("Exploratory Data Analysis", "/developer/eda", "Exploratory Data Analysis"),
    ],
  },
  {
    label: "Admin",
    under: "/admin",
    places: [
      place("Connections", "/admin/connections", "Connections"),
      place("Variables", "/admin/variables", "Variables"),
      place("Pools", "/admin/pools", "Pools"),
      place("XComs", "/admin/xcoms", "XComs"),
      place("LDAP Configuration", "/admin/ldap", "Cluster Configurations"),
      place("Configuration", "/admin/configuration", "Configurations"),
    ],
  },
  {
    label: "About",
    under: "/about",
    places: [
      { label: "Version", to: "/about/version", shown: () => true },
      { label: "User Guide", to: "/about/guide", shown: () => true },
      { label: "Coming from Airflow", to: "/about/airflow", shown: () => true },
    ],
  },
];

/** The sections and places that somebody may see. */
export function navigationFor(may: May): Section[] {
  return SECTIONS.map((section) => ({ ...section, places: section.places.filter((one) => one.shown(may)) })).filter(
    (section) => (section.to ? may("read", "DAGs") : section.places.length > 0),
  );
}
