import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { DiffProps } from "./Code";
import { languageOf } from "./language";
import { look } from "./look";
import { frameIn, shadowOf } from "./shadow";

/** Below this many pixels two texts side by side cannot be read: what is gone stands above what came. */
const SIDE_BY_SIDE = 640;
const FOLDED = { margin: 3, minSize: 6 };

export default function DiffView({ before, after, name, titles }: DiffProps) {
  const host = useRef<HTMLDivElement>(null);
  const [left, right] = titles;
  useEffect(() => {
    let view: MergeView | EditorView | null = null;
    let gone = false;
    void languageOf(name).then((language) => {
      if (gone || !host.current) return;
      const root = shadowOf(host.current);
      const parent = frameIn(root);
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
      if (host.current.clientWidth < SIDE_BY_SIDE) {
        const { doc, extensions } = side(after, right);
        const changes = unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: FOLDED });
        view = new EditorView({ root, parent, state: EditorState.create({ doc, extensions: [extensions, changes] }) });
        return;
      }
      view = new MergeView({
        root,
        parent,
        a: side(before, left),
        b: side(after, right),
        collapseUnchanged: FOLDED,
        gutter: true,
      });
    });
    return () => {
      gone = true;
      view?.destroy();
    };
  }, [before, after, name, left, right]);
  return (
    <div className="diff">
      <div className="diff-titles">
        <span className="diff-before">{left}</span>
        <span className="diff-after">{right}</span>
      </div>
      <div ref={host} className="code-host" />
    </div>
  );
}
