/** What can be permitted, in the order of the page's own menus, so that a role is read as the page is used. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  [
    "DAGs",
    ["DAGs", "DAG Runs", "Task Instances", "Task Logs", "Task XComs", "DAG Code", "DAG Warnings", "ImportError"],
  ],
  ["Security", ["Users", "Roles", "User's Statistics"]],
  ["Browse", ["Jobs", "Audit Logs", "SLA Misses", "Backfills", "Assets"]],
  ["Developer", ["Manage DAGs", "Code Artifacts", "Code Bricks", "Exploratory Data Analysis"]],
  ["Admin", ["Connections", "Variables", "Pools", "XComs", "Cluster Configurations", "Configurations", "Fernet Key"]],
  ["The page and one's own account", ["Website", "Version", "My Profile", "My Password", "My API Tokens"]],
];

/** Named for Airflow's and the seed's roles; this version has no page and no call for them. */
const WITHOUT_USE = ["Jupyter Notebook", "Models and Datasets", "Git Configuration", "Visualisations"];

/** What a name does not say by itself. */
export const MEANINGS: Readonly<Record<string, string>> = {
  ImportError: "DAG files that cannot be read",
  "DAG Warnings": "what is odd about a DAG",
  "Task XComs": "values of one task, beside its log",
  XComs: "the list of all values",
  Website: "the page itself, and its overview",
  "Cluster Configurations": "LDAP",
  Configurations: "the settings of the server",
  "Fernet Key": "encrypt secrets with a new key",
};

export interface ResourceGroup {
  title: string;
  hint?: string;
  resources: string[];
}

/** The resources in groups; one that is not known here comes last, so that none is ever hidden. */
export function grouped(resources: readonly string[]): ResourceGroup[] {
  const known = new Set([...GROUPS.flatMap(([, names]) => names), ...WITHOUT_USE]);
  const groups: ResourceGroup[] = [
    ...GROUPS.map(([title, names]) => ({ title, resources: names.filter((name) => resources.includes(name)) })),
    { title: "Others", resources: resources.filter((name) => !known.has(name)) },
    {
      title: "Not used yet",
      hint: "This version has no page for these. What is permitted here counts once there is one.",
      resources: WITHOUT_USE.filter((name) => resources.includes(name)),
    },
  ];
  return groups.filter((group) => group.resources.length > 0);
}
