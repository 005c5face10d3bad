import { Stored } from "../parts/stored";

export type Theme = "system" | "light" | "dark";

export const theme = new Stored<Theme>("theme", ["system", "light", "dark"], "system");

/** Puts the chosen theme onto the page; answers with whether it is dark now. */
export function applyTheme(): boolean {
  const chosen = theme.get();
  const root = document.documentElement;
  if (chosen === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen;
  return chosen === "system" ? window.matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
}
