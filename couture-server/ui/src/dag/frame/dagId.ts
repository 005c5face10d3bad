import { createContext, useContext } from "react";

export const DagIdContext = createContext("");

/** The DAG that is looked at. */
export function useDagId(): string {
  return useContext(DagIdContext);
}
