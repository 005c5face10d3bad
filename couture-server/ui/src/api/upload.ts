import { address, csrfHeader, refusal, unreached, type Query } from "./client";

export interface UploadOptions {
  query?: Query;
  signal?: AbortSignal;
  /** Hears how many bytes have left. */
  onProgress?: (sent: number) => void;
}

/**
 * Sends the bytes of a file as they are. Throws an ApiError unless it is a success, and an AbortError where `signal` ended it. `fetch`
 * cannot tell how far it is.
 */
export function upload<T>(path: string, file: Blob, options: UploadOptions = {}): Promise<T> {
  const { signal, onProgress } = options;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("POST", address(path, options.query));
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", "application/octet-stream");
    for (const [name, value] of Object.entries(csrfHeader())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded }) => onProgress?.(loaded));
    request.addEventListener("error", () => reject(unreached()));
    request.addEventListener("abort", () => reject(new DOMException("the upload was stopped", "AbortError")));
    request.addEventListener("load", () => {
      if (request.status < 200 || request.status > 299) return reject(refusal(request, request.responseText));
      try {
        resolve(JSON.parse(request.responseText) as T);
      } catch (error) {
        reject(error as Error);
      }
    });
    request.addEventListener("loadend", () => signal?.removeEventListener("abort", abort));
    signal?.addEventListener("abort", abort);
    request.send(file);
    if (signal?.aborted) abort();
  });
}
