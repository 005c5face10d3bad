/** What the one who starts the tests says of the server under test. */
function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: see tests/e2e/README.md`);
  return value;
}

export const settings = {
  url: needed("COUTURE_URL").replace(/\/$/, ""),
  /** The server's data folder: DAG files are put into its `dags`. */
  data: needed("COUTURE_DATA"),
  password: needed("COUTURE_ADMIN_PASSWORD"),
  /** Where pictures are left; none are made without. */
  pictures: process.env.COUTURE_PICTURES ?? null,
  chromium: process.env.CHROMIUM ?? "/usr/bin/chromium",
};
