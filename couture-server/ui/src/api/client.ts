/** Calls of the server's API: one place for the address, the CSRF token, and what an error is. */

/** An answer other than success, or none at all (`status` 0). `message` is the server's own words. */
export class ApiError extends Error {
  readonly status: number;
  /** The whole answer, where it was JSON. */
  readonly body: unknown;

  constructor(status: number, detail: string, body: unknown = null) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.body = body;
  }
}

/** The values of a query: nothing is sent for null, undefined and "", a list is sent value by value. */
export type Query = Record<string, string | number | boolean | null | undefined | readonly (string | number)[]>;

export interface CallOptions {
  query?: Query;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** Do not go to the login page on 401 (the login page itself asks this way). */
  quiet?: boolean;
}

let csrfToken: string | null = null;
let onSignedOut: () => void = () => {};

/** Sets the token that every changing request carries. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Calls `listener` whenever the server says that nobody is logged in. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** The address of a path of the API; `/dags` is `/api/v2/dags`, while `/auth/…` and `/api/…` stand for themselves. */
export function address(path: string, query?: Query): string {
  const base = path.startsWith("/auth/") || path.startsWith("/api/") ? path : `/api/v2${path}`;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (Array.isArray(value)) value.forEach((one) => search.append(name, String(one)));
    else if (value !== null && value !== undefined && value !== "") search.append(name, String(value));
  }
  const text = search.toString();
  return text ? `${base}?${text}` : base;
}

/**
 * One part of a path, with everything that a path would read otherwise encoded. A browser resolves `.` and `..` even where they are
 * encoded, so these become a name that nothing has: no text can lead a call to another address.
 */
export function part(text: string | number): string {
  return /^\.\.?$/.test(String(text)) ? "%252E" : encodeURIComponent(text);
}

/** A path of several folders, its slashes kept. */
export function folders(path: string): string {
  return path.split("/").map(part).join("/");
}

type Status = Pick<Response, "status" | "statusText">;

function detailOf(body: unknown, response: Status): string {
  if (body && typeof body === "object" && "detail" in body) {
    const { detail } = body;
    if (typeof detail === "string") return detail;
    // What does not fit, one by one.
    if (Array.isArray(detail)) {
      const words = detail
        .map((misfit: { msg?: unknown } | null) => misfit?.msg)
        .filter((msg) => typeof msg === "string");
      if (words.length > 0) return words.join("; ");
    }
    if (detail) return JSON.stringify(detail);
  }
  if (response.status === 413) return "the server does not take so much at once";
  if (response.status >= 500) return `the server failed to answer (${response.status}); try again, or look at its log`;
  return `the server refused (${response.status} ${response.statusText})`;
}

async function send(method: string, path: string, body: unknown, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  let payload: BodyInit | undefined;
  if (body instanceof FormData) payload = body;
  else if (body !== undefined || method === "POST" || method === "PATCH") {
    // The server takes no change without a body that says that it is JSON: forms of other sites cannot say that.
    headers["content-type"] = "application/json";
    payload = JSON.stringify(body ?? {});
  }
  try {
    return await fetch(address(path, options.query), {
      method,
      headers: method === "GET" ? headers : { ...headers, ...csrfHeader() },
      body: payload,
      signal: options.signal,
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreached();
  }
}

/** The header that says that a change comes from this page. */
export function csrfHeader(): Record<string, string> {
  return csrfToken ? { "x-csrf-token": csrfToken } : {};
}

/** There was no answer. */
export function unreached(): ApiError {
  return new ApiError(0, "the server does not answer; check that it runs and that this machine reaches it");
}

/** The error that an answer other than success means. */
export function refusal(response: Status, text: string, quiet = false): ApiError {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON: the status has to say it.
  }
  if (response.status === 401 && !quiet) onSignedOut();
  return new ApiError(response.status, detailOf(body, response), body);
}

/** Sends a request and answers with the raw response; throws an ApiError unless it is a success. */
export async function fetchRaw(method: string, path: string, body?: unknown, options: CallOptions = {}) {
  const response = await send(method, path, body, options);
  if (response.ok) return response;
  throw refusal(response, await response.text().catch(() => ""), options.quiet);
}

async function call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
  const response = await fetchRaw(method, path, body, options);
  const text = await response.text();
  if (!text) return undefined as T;
  const json = response.headers.get("content-type")?.includes("json") ?? false;
  return (json ? JSON.parse(text) : text) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, options?: CallOptions) =>
    call<T>("GET", path, undefined, { ...options, query }),
  post: <T = unknown>(path: string, body?: unknown, options?: CallOptions) => call<T>("POST", path, body, options),
  patch: <T = unknown>(path: string, body?: unknown, options?: CallOptions) => call<T>("PATCH", path, body, options),
  put: <T = unknown>(path: string, body?: unknown, options?: CallOptions) => call<T>("PUT", path, body, options),
  del: <T = unknown>(path: string, options?: CallOptions) => call<T>("DELETE", path, undefined, options),
};

/** The words of any error, for a person. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
