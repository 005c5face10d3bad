import { address, ApiError, fetchRaw } from "../api/client";
import type { Change } from "../api/types";

/**
 * The one stream of changes of this tab. It resumes where it broke off, and rests while nobody looks: a browser gives one server
 * six connections for all tabs together.
 */

/** `off`: the server refuses this viewer, so nothing is tried again. */
export type LiveState = "connecting" | "live" | "resting" | "broken" | "off";

export interface Listener {
  changes: (changes: Change[]) => void;
  /** Everything may have changed. */
  reset: () => void;
}

const REST_AFTER_MS = 60_000;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000];

export class LiveStream {
  private readonly listeners = new Set<Listener>();
  private readonly watchers = new Set<() => void>();
  private source: EventSource | null = null;
  private position: string | null = null;
  private timer: number | undefined;
  private failures = 0;
  private started = false;
  private state: LiveState = "connecting";

  /** Begins, and answers with what ends it. */
  start(): () => void {
    this.started = true;
    this.connect();
    document.addEventListener("visibilitychange", this.look);
    return () => {
      this.started = false;
      document.removeEventListener("visibilitychange", this.look);
      window.clearTimeout(this.timer);
      this.source?.close();
      this.source = null;
    };
  }

  /** For a viewer who may not see changes: nothing is asked for. */
  rest(): void {
    this.setState("off");
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** For useSyncExternalStore. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly current = (): LiveState => this.state;

  private setState(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.watchers.forEach((watcher) => watcher());
  }

  private readonly look = (): void => {
    window.clearTimeout(this.timer);
    if (document.visibilityState === "hidden") {
      this.timer = window.setTimeout(() => {
        this.source?.close();
        this.source = null;
        this.setState("resting");
      }, REST_AFTER_MS);
    } else if (!this.source && this.state !== "off") this.connect();
  };

  private connect(): void {
    this.setState("connecting");
    const source = new EventSource(address("/events", { last_event_id: this.position }));
    this.source = source;
    const remember = (event: MessageEvent) => {
      if (event.lastEventId) this.position = event.lastEventId;
    };
    source.addEventListener("open", () => {
      this.failures = 0;
      this.setState("live");
    });
    source.addEventListener("begun", remember);
    source.addEventListener("change", (event) => {
      remember(event);
      this.tell([JSON.parse(event.data) as Change]);
    });
    source.addEventListener("changes", (event) => {
      remember(event);
      this.tell(JSON.parse(event.data) as Change[]);
    });
    source.addEventListener("reset", (event) => {
      remember(event);
      this.listeners.forEach((listener) => listener.reset());
    });
    source.addEventListener("error", () => {
      // The browser tries again by itself unless the server refused.
      if (source.readyState !== EventSource.CLOSED) return this.setState("connecting");
      source.close();
      this.source = null;
      void isRefused().then((refused) => {
        if (this.source || !this.started) return;
        if (refused) return this.setState("off");
        this.setState("broken");
        const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
        this.failures += 1;
        this.timer = window.setTimeout(() => this.connect(), wait);
      });
    });
  }

  private tell(changes: Change[]): void {
    this.listeners.forEach((listener) => listener.changes(changes));
  }
}

/** An EventSource does not say why it failed, so the server is asked once more. */
async function isRefused(): Promise<boolean> {
  const asked = new AbortController();
  try {
    await fetchRaw("GET", "/events", undefined, { signal: asked.signal });
    return false;
  } catch (error) {
    return error instanceof ApiError && error.status === 403;
  } finally {
    asked.abort();
  }
}

export const liveStream = new LiveStream();
