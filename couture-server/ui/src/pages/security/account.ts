import type { Permission } from "../../api/types";

export interface User {
  username: string;
  first_name: string;
  last_name: string;
  email: string;
  roles: string[];
  active: boolean;
  must_change_password: boolean;
  source: "database" | "ldap";
  created_at: string;
  last_login: string | null;
  login_count: number;
  fail_login_count: number;
}

export interface Role {
  name: string;
  built_in: boolean;
  permissions: Permission[];
  users: number;
}

/** A permission as one text, for sets. */
export function permissionKey({ action, resource }: Permission): string {
  return `${action} ${resource}`;
}

/** What it is again. */
export function permissionOf(key: string): Permission {
  const space = key.indexOf(" ");
  return { action: key.slice(0, space), resource: key.slice(space + 1) };
}
