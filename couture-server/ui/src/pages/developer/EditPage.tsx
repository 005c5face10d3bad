import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import { Answer, Empty } from "../../parts/Answer";
import { Editor } from "./Editor";
import { fileAddress, type FileContent, type FileStore } from "./files";
import { NEW_DAG } from "./template";

/** One file of a store, opened in the editor. `new` is one that is made when it is saved. */
export function EditPage({ store }: { store: FileStore }) {
  const [params] = useSearchParams();
  const may = useMay();
  const path = params.get("path") ?? "";
  const isNew = params.get("new") !== null;
  const file = useQuery({
    queryKey: [store.list, "content", path],
    queryFn: () => api.get<FileContent>(fileAddress(store, path)),
    enabled: path !== "" && !isNew,
    // What is typed must never be replaced from behind.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  if (path === "") {
    return (
      <main className="page">
        <Empty title="Which file?" />
      </main>
    );
  }
  if (isNew) {
    const content = store.list === "dagFiles" && path.endsWith(".py") ? NEW_DAG(path) : "";
    return <Editor key={path} store={store} path={path} content={content} version={null} editable isNew />;
  }
  return (
    <Answer query={file}>
      {({ content, version, editable, reason }) =>
        content === null ? (
          <main className="page">
            <Empty title={`${path} cannot be shown here`}>{reason}</Empty>
          </main>
        ) : (
          <Editor
            key={path}
            store={store}
            path={path}
            content={content}
            version={version}
            editable={editable && may("edit", store.resource)}
          />
        )
      }
    </Answer>
  );
}
