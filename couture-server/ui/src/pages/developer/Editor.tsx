import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useBlocker, useNavigate } from "react-router";
import { part } from "../../api/client";
import { useMay } from "../../api/session";
import { Code, type CodeHandle } from "../../code/Code";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { Bricks } from "./Bricks";
import { namesDag, needsDag } from "./brick";
import type { FileStore } from "./files";
import { History } from "./History";
import { Review } from "./Review";
import "./developer.css";

/** The editor of a file, with the code bricks beside it; then the review of what changed, and saving. */
export function Editor({
  store,
  path,
  content,
  version,
  editable,
  isNew = false,
}: {
  store: FileStore;
  path: string;
  content: string;
  version: string | null;
  editable: boolean;
  isNew?: boolean;
}) {
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [saved, setSaved] = useState({ content: isNew ? "" : content, version });
  const [text, setText] = useState(content);
  const [step, setStep] = useState<"edit" | "review" | "history">("edit");
  const [bricks, setBricks] = useState(true);
  const handle = useRef<CodeHandle | null>(null);
  const changed = text !== saved.content;
  const leaving = useRef(false);

  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    return (
      changed &&
      !leaving.current &&
      currentLocation.pathname + currentLocation.search !== nextLocation.pathname + nextLocation.search
    );
  });
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    void confirm({
      title: "Leave without saving?",
      body: `What you changed in ${path} would be lost.`,
      action: "Leave",
      danger: true,
    }).then((yes) => (yes ? blocker.proceed() : blocker.reset()));
  }, [blocker, path]);
  useEffect(() => {
    if (!changed) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", stay);
    return () => window.removeEventListener("beforeunload", stay);
  }, [changed]);

  const onSaved = async (now: string | null) => {
    setSaved({ content: text, version: now });
    setStep("edit");
    await client.invalidateQueries({ queryKey: [store.list] });
    if (isNew) {
      leaving.current = true;
      await navigate(`${store.page}/edit?path=${part(path)}`, { replace: true });
    }
  };
  const insert = (code: string) => {
    handle.current?.insert(code);
    if (needsDag(code) && !namesDag(text))
      toast.info(
        "The brick uses the variable dag, which this file does not have: name your DAG so, or change the brick",
      );
  };
  // Bricks are Python.
  const showBricks = editable && store.list === "dagFiles" && path.endsWith(".py") && may("read", "Code Bricks");

  return (
    <main className="editor-page">
      <div className="page-head">
        <Link
          className="button ghost"
          to={store.page}
          title={`Back to ${store.title}`}
          aria-label={`Back to ${store.title}`}
        >
          <Icon name="left" />
        </Link>
        <h1 className="break">{path}</h1>
        {!editable && <span className="tag">read only</span>}
        {changed && <span className="tag warning">not saved</span>}
        <span className="grow" />
        {step === "edit" && !isNew && (
          <button className="ghost" onClick={() => setStep("history")}>
            <Icon name="history" /> Versions
          </button>
        )}
        {step === "edit" && showBricks && (
          <button className="ghost" aria-pressed={bricks} onClick={() => setBricks(!bricks)}>
            <Icon name="layers" /> Code bricks
          </button>
        )}
        {step === "edit" && editable && (
          <>
            {changed && (
              <button onClick={() => setText(saved.content)} title="Back to what is saved">
                Revert
              </button>
            )}
            <button className="primary" disabled={!changed} onClick={() => setStep("review")}>
              Review &amp; Save
            </button>
          </>
        )}
      </div>
      {step === "review" && (
        <Review
          store={store}
          path={path}
          before={saved.content}
          after={text}
          version={saved.version}
          onBack={() => setStep("edit")}
          onSaved={(now) => void onSaved(now)}
          onTake={(theirs) => {
            setSaved(theirs);
            setStep("edit");
          }}
        />
      )}
      {step === "history" && (
        <History
          store={store}
          path={path}
          now={text}
          onBack={() => setStep("edit")}
          onRestore={
            editable
              ? (old) => {
                  setText(old);
                  setStep("review");
                }
              : undefined
          }
        />
      )}
      {/* Kept while the review is shown, with its cursor and its undo. */}
      <div className="editor-body" hidden={step !== "edit"}>
        <Code
          value={text}
          name={path}
          label={path}
          readOnly={!editable}
          onChange={setText}
          onSave={() => changed && setStep("review")}
          editor={(made) => (handle.current = made)}
        />
        {showBricks && bricks && <Bricks insert={insert} />}
      </div>
    </main>
  );
}
