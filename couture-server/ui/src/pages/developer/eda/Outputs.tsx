import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from "react";
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
      {outputs.data === undefined || outputs.data.length === 0 ? (
        <>
          <Bar />
          <Answer query={outputs} lines={6}>
            {() => (
              <Empty title="No reports yet">
                Start an analysis of a source, or upload a file: its report appears here.
              </Empty>
            )}
          </Answer>
        </>
      ) : (
        <Tree all={outputs.data} sought={sought} onSearch={search} />
      )}
    </section>
  );
}

function Bar({ children }: { children?: ReactNode }) {
  return (
    <div className="list-bar">
      <h2 id="eda-outputs">Processed outputs</h2>
      <span className="grow" />
      {children}
    </div>
  );
}

interface TreeProps {
  all: readonly Output[];
  sought: string;
  onSearch: (text: string) => void;
}

function Tree({ all, sought, onSearch }: TreeProps) {
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
  return (
    <>
      <Bar>
        <span className="row">
          <button className="ghost" onClick={() => turnAll(true)}>
            Unfold all
          </button>
          <button className="ghost" onClick={() => turnAll(false)}>
            Fold all
          </button>
        </span>
        <SearchField label="Search outputs" value={sought} onChange={onSearch} />
      </Bar>
      {all.length >= MOST && (
        <p className="soft">There are more: only the newest {MOST.toLocaleString("en")} files are shown.</p>
      )}
      {tree.length === 0 ? (
        <Empty title="No output matches this search" />
      ) : (
        <OutputTree
          tree={tree}
          isOpen={isOpen}
          onTurn={(path, open) => setTurned(new Map(turned).set(path, open))}
          onDelete={may("delete", RESOURCE) ? remove : undefined}
        />
      )}
    </>
  );
}
