import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { CodeProps } from "./Code";
import { languageOf } from "./language";
import { look } from "./look";
import { frameIn, shadowOf } from "./shadow";

const common: Extension = [
  lineNumbers(),
  foldGutter(),
  drawSelection(),
  EditorState.allowMultipleSelections.of(true),
  bracketMatching(),
  highlightSelectionMatches(),
  search({ top: false }),
  look,
];

const editing: Extension = [
  history(),
  indentOnInput(),
  indentUnit.of("    "),
  highlightActiveLine(),
  highlightActiveLineGutter(),
];

/** The editor itself; in its own part of the build, so it loads when the first code is shown. */
export default function CodeMirror({ value, name, readOnly = false, label, onChange, onSave, editor }: CodeProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, onSave });
  useEffect(() => {
    latest.current = { onChange, onSave };
  });

  useEffect(() => {
    if (!host.current) return;
    const root = shadowOf(host.current);
    const language = new Compartment();
    const made = new EditorView({
      root,
      parent: frameIn(root),
      state: EditorState.create({
        doc: value,
        extensions: [
          common,
          readOnly ? [EditorState.readOnly.of(true)] : editing,
          EditorView.contentAttributes.of({ "aria-label": label ?? name, tabindex: "0" }),
          keymap.of([
            { key: "Mod-s", run: () => (latest.current.onSave?.(), true) },
            ...searchKeymap,
            ...foldKeymap,
            ...(readOnly ? [] : [...historyKeymap, indentWithTab]),
            ...defaultKeymap,
          ]),
          language.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    editor?.({
      insert: (text) => {
        // On lines of its own: what is written already stays as it is.
        const at = made.state.doc.lineAt(made.state.selection.main.head);
        const from = at.text.trim() === "" ? at.from : at.to;
        const insert = from === at.to && at.text.trim() !== "" ? `\n${text}` : text;
        made.dispatch({
          changes: { from, to: at.to, insert },
          selection: { anchor: from + insert.length },
          scrollIntoView: true,
        });
        made.focus();
      },
    });
    let gone = false;
    void languageOf(name).then((extension) => {
      if (!gone) made.dispatch({ effects: language.reconfigure(extension) });
    });
    return () => {
      gone = true;
      made.destroy();
    };
    // The text is the editor's own after the start; another file gets another editor.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [name, readOnly, label]);

  useEffect(() => {
    const made = view.current;
    if (made && value !== made.state.doc.toString()) {
      made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
    }
  }, [value]);

  return <div ref={host} className="code-host" />;
}
