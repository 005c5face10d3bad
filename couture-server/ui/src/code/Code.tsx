import { lazy, Suspense } from "react";
import "./code.css";

export interface CodeProps {
  value: string;
  /** The name of the file, which tells the language (`etl.py`, or just `json`). */
  name: string;
  readOnly?: boolean;
  /** What a screen reader calls it. */
  label?: string;
  onChange?: (text: string) => void;
  /** Ctrl+S. */
  onSave?: () => void;
  /** Given what can be done with the editor from outside, once. */
  editor?: (handle: CodeHandle) => void;
}

export interface CodeHandle {
  /** Puts a text where the cursor is. */
  insert: (text: string) => void;
}

const CodeMirror = lazy(() => import("./CodeMirror"));
const DiffView = lazy(() => import("./DiffView"));

/** Code, to edit or to read. Fills its parent. */
export function Code(props: CodeProps) {
  return (
    <div className="code">
      <Suspense
        fallback={
          <pre className="code-plain" tabIndex={0}>
            {props.value}
          </pre>
        }
      >
        <CodeMirror {...props} />
      </Suspense>
    </div>
  );
}

export interface DiffProps {
  before: string;
  after: string;
  name: string;
  /** What the two texts are called. */
  titles: readonly [before: string, after: string];
}

/** What changed between two texts, side by side, with what is alike folded. */
export function Diff(props: DiffProps) {
  return (
    <div className="code">
      <Suspense fallback={<p className="faint code-plain">Comparing…</p>}>
        <DiffView {...props} />
      </Suspense>
    </div>
  );
}
