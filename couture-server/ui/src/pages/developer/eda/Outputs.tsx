import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { api } from "../../../api/client";
import { useMay } from "../../../api/session";
import { Answer, Empty } from "../../../parts/Answer";
import { confirm } from "../../../parts/confirm";
import { toast } from "../../../parts/toast";
import { SearchField } from "../../../table/Filters";
import { MOST } from "../../../table/rows";
import { OUTPUTS, outputsQuery, RESOURCE } from "./eda";
import { OutputTree } from "./OutputTree";
import { foldersOf, found, openAtFirst, treeOf, type Folder, type Output } from "./tree";

/** What the analyses left, as a tree. */
export function Outputs() {
  const outputs = useQuery(outputsQuery);
  const [params, setParams] = useSearchParams();
  const sought = params.get("out") ?? "";
  const search = useCallback(
    (text: string) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          if (text) next.set("out", text);
          else next.delete("out");
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  return (
    <section aria-labelledby="eda-outputs">
      <div className="list-bar">
        <h2 id="eda-outputs">Processed outputs</h2>
        <span className="grow" />
        <span role="search">
          <SearchField label="Search outputs" value={sought} onChange={search} />
        </span>
      </div>
      <Answer query={outputs} lines={6}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No reports yet">Press ▶ beside a source, or upload a file: its report appears here.</Empty>
          ) : (
            <Tree all={all} sought={sought} />
          )
        }
      </Answer>
    </section>
  );
}

function Tree({ all, sought }: { all: readonly Output[]; sought: string }) {
  const may = useMay();
  const client = useQueryClient();
  const wanted = useDeferredValue(sought);
  const tree = useMemo(() => treeOf(found(all, wanted)), [all, wanted]);
  const first = useMemo(() => openAtFirst(tree), [tree]);
  /** What the viewer folded or unfolded, against what is open by itself. */
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const isOpen = (path: string) => turned.get(path) ?? (wanted !== "" || first.has(path));
  const turnAll = (open: boolean) =>
    setTurned(new Map(foldersOf(tree).map((path) => [path, open || tree.some((top) => top.path === path)])));
  const remove = (folder: Folder) =>
    void confirm({
      title: `Delete ${folder.path}?`,
      body: `The report and its data (${folder.files} ${folder.files === 1 ? "file" : "files"}) are deleted for good.`,
      action: "Delete",
      danger: true,
      run: async () => {
        await api.del("/eda/outputs", { query: { path: folder.path } });
        toast.done(`${folder.path} is deleted`);
        await client.invalidateQueries({ queryKey: [OUTPUTS] });
      },
    });
  if (tree.length === 0) return <Empty title="No output matches this search" />;
  return (
    <>
      {all.length >= MOST && (
        <p className="soft">There are more: only the newest {MOST.toLocaleString("en")} files are shown.</p>
      )}
      <div className="eda-folds">
        <button className="ghost" onClick={() => turnAll(true)}>
          Unfold all
        </button>
        <button className="ghost" onClick={() => turnAll(false)}>
          Fold all
        </button>
      </div>
      <OutputTree
        tree={tree}
        isOpen={isOpen}
        onTurn={(path, open) => setTurned(new Map(turned).set(path, open))}
        onDelete={may("delete", RESOURCE) ? remove : undefined}
      />
    </>
  );
}
