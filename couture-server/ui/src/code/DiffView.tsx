import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { languageOf } from "./language";
import { look } from "./look";
import { frameIn, shadowOf } from "./shadow";

export default function DiffView({ before, after, name }: { before: string; after: string; name: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let view: MergeView | null = null;
    let gone = false;
    void languageOf(name).then((language) => {
      if (gone || !host.current) return;
      const root = shadowOf(host.current);
      const side = (doc: string, label: string) => ({
        doc,
        extensions: [
          lineNumbers(),
          look,
          language,
          EditorState.readOnly.of(true),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
        ],
      });
      view = new MergeView({
        root,
        parent: frameIn(root),
        a: side(before, "Before"),
        b: side(after, "After"),
        collapseUnchanged: { margin: 3, minSize: 6 },
        gutter: true,
      });
    });
    return () => {
      gone = true;
      view?.destroy();
    };
  }, [before, after, name]);
  return <div ref={host} className="code-host" />;
}
