import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, folders } from "../../api/client";
import type { Schema } from "../../api/types";
import { Diff } from "../../code/Code";
import { Answer, Empty } from "../../parts/Answer";
import { Icon } from "../../parts/Icon";
import { Time } from "../../parts/Time";
import { fileAddress, type FileContent, type FileStore } from "./files";

/** The versions of a file, each compared with what is in the editor. */
export function History({
  store,
  path,
  now,
  onBack,
  onRestore,
}: {
  store: FileStore;
  path: string;
  now: string;
  onBack: () => void;
  onRestore?: (content: string) => void;
}) {
  const [picked, setPicked] = useState<string | null>(null);
  const versions = useQuery({
    queryKey: [store.list, "versions", path],
    queryFn: () => api.get<Schema<"FileVersionList">>(`${store.versions}/${folders(path)}`),
  });
  const old = useQuery({
    queryKey: [store.list, "version", path, picked],
    queryFn: () => api.get<FileContent>(fileAddress(store, path), { version: picked }),
    enabled: picked !== null,
    staleTime: Infinity,
  });
  return (
    <section className="history">
      <div className="history-list">
        <button onClick={onBack}>
          <Icon name="left" /> Back to edit mode
        </button>
        <Answer query={versions}>
          {({ versions: list }) =>
            list.map((one) => (
              <button
                key={one.number}
                className={one.version !== null && picked === one.version ? "history-item picked" : "history-item"}
                disabled={one.version === null}
                onClick={() => setPicked(one.version)}
              >
                <Time value={one.at} />
                <span>
                  {one.author}
                  {one.message && `: ${one.message}`}
                </span>
                <code className="faint">{one.version?.slice(0, 12) ?? "deleted"}</code>
              </button>
            ))
          }
        </Answer>
      </div>
      <div className="history-diff">
        {picked === null ? (
          <Empty title="Choose a version to compare it with what is in the editor" />
        ) : (
          <Answer query={old}>
            {({ content, reason }) =>
              content === null ? (
                <Empty title="This version cannot be shown here">{reason}</Empty>
              ) : (
                <>
                  {onRestore && (
                    <div className="row">
                      <button disabled={content === now} onClick={() => onRestore(content)}>
                        <Icon name="history" /> Restore this version
                      </button>
                      {content === now && <span className="faint">It is what is in the editor.</span>}
                    </div>
                  )}
                  <Diff before={content} after={now} name={path} titles={["This version", "In the editor"]} />
                </>
              )
            }
          </Answer>
        )}
      </div>
    </section>
  );
}
