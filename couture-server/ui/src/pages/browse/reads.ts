import { Stored } from "../../parts/stored";

/** Whether this viewer wants to see who looked at what, too: most of an audit log is looks at pages. */
export const shownReads = new Stored<"show" | "hide">("auditReads", ["show", "hide"], "hide");
