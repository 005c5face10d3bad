import type { Permission, Schema } from "../../api/types";

export type User = Schema<"UserBody">;

export type Role = Schema<"RoleBody">;

/** A permission as one text, for sets. */
export function permissionKey({ action, resource }: Permission): string {
  return `${action} ${resource}`;
}

/** What it is again. */
export function permissionOf(key: string): Permission {
  const space = key.indexOf(" ");
  return { action: key.slice(0, space), resource: key.slice(space + 1) };
}
