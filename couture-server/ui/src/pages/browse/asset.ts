import type { Schema } from "../../api/types";
/** An asset: something that tasks change, and DAGs wait for. */
export type Asset = Schema<"AssetBody">;

export type AssetEvent = Schema<"AssetEventBody">;

/** What stands for an asset in the API's addresses. */
export function assetKey(asset: Asset): string {
  return String(asset.id ?? asset.name);
}
