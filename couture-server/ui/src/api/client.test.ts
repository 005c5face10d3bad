import { afterEach, describe, expect, it, vi } from "vitest";
import { address, api, ApiError, folders, part, setCsrfToken, whenSignedOut } from "./client";

function answer(status: number, body: string, type = "application/json") {
  const fetched = vi.fn(
    async (_path: string, _init: RequestInit) =>
      new Response(body || null, { status, headers: { "content-type": type } }),
  );
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

afterEach(() => {
  vi.unstubAllGlobals();
  setCsrfToken(null);
  whenSignedOut(() => {});
});

describe("addresses", () => {
  const check = (found: string, expected: string) => it(expected, () => expect(found).toBe(expected));
  check(address("/dags"), "/api/v2/dags");
  check(address("/auth/me"), "/auth/me");
  check(address("/api/dags/"), "/api/dags/");
  check(
    address("/dags", { a: 1, none: null, empty: "", gone: undefined, off: false, many: ["x", "y&z"] }),
    "/api/v2/dags?a=1&off=false&many=x&many=y%26z",
  );
  check(`/dags/${part("a/b?c#d <x>")}`, "/dags/a%2Fb%3Fc%23d%20%3Cx%3E");
  check(folders("a b/c.d.py"), "a%20b/c.d.py");
  check(folders("../../variables"), "%252E/%252E/variables");
  check(part(".."), "%252E");
});

describe("calls", () => {
  it("sends the token and JSON with a change", async () => {
    const fetched = answer(200, "{}");
    setCsrfToken("token");
    await api.post("/dags/x/pause");
    const init = fetched.mock.calls[0]?.[1];
    expect(init?.headers).toMatchObject({ "x-csrf-token": "token", "content-type": "application/json" });
    expect(init?.body).toBe("{}");
  });

  it("sends no token where nothing is changed", async () => {
    const fetched = answer(200, "[]");
    setCsrfToken("token");
    await api.get("/dags");
    expect(fetched.mock.calls[0]?.[1].headers).not.toHaveProperty("x-csrf-token");
  });

  it("tells errors in the server's words", async () => {
    answer(409, '{"detail": "it is there already"}');
    await expect(api.put("/x", {})).rejects.toMatchObject({ status: 409, message: "it is there already" });
  });

  it("tells what does not fit, one by one", async () => {
    const misfit = (msg: string) => ({ loc: ["request"], msg, type: "value_error" });
    answer(422, JSON.stringify({ detail: [misfit("limit is 0"), misfit("offset is -1")] }));
    await expect(api.get("/x")).rejects.toMatchObject({ status: 422, message: "limit is 0; offset is -1" });
  });

  it("has words where the server has none", async () => {
    answer(502, "<html>", "text/html");
    await expect(api.get("/x")).rejects.toThrow(/failed to answer \(502\)/);
  });

  it("says so when nobody is logged in, unless asked not to", async () => {
    answer(401, '{"detail": "log in"}');
    const out = vi.fn();
    whenSignedOut(out);
    await expect(api.get("/x", {}, { quiet: true })).rejects.toBeInstanceOf(ApiError);
    expect(out).not.toHaveBeenCalled();
    await expect(api.get("/x")).rejects.toBeInstanceOf(ApiError);
    expect(out).toHaveBeenCalledOnce();
  });

  it("has words for a server that does not answer", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    await expect(api.get("/x")).rejects.toThrow("the server does not answer");
  });

  it("takes an empty answer", async () => {
    answer(204, "");
    expect(await api.del("/x")).toBeUndefined();
  });
});
