/** Where a login leads when the address does not say, or says what is refused. */
const HOME = "/dags";

/** The page to go to after the login: `next` where it is a path of this very site, as a browser reads it. */
export function targetOf(next: string | null, origin: string): string {
  return next && isOwnPath(next, origin) ? next : HOME;
}

function isOwnPath(path: string, origin: string): boolean {
  // Browsers drop tabs and line ends: `/<tab>/elsewhere` would become `//elsewhere`, which is another host.
  if (!/^\/(?!\/)/.test(path) || /\p{Cc}/u.test(path)) return false;
  try {
    const url = new URL(path, origin);
    // `/.//elsewhere` is of this origin, but its path alone would be another host again.
    return url.origin === origin && !url.pathname.startsWith("//");
  } catch {
    return false;
  }
}
