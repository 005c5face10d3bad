import { lazy, Suspense } from "react";
import "./markdown.css";

const Rendered = lazy(() => import("./Rendered"));

/** A text in Markdown, as an author wrote it. Nothing of it is trusted: HTML in it is shown as text, and nothing is loaded for it. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      <Suspense fallback={<pre>{text}</pre>}>
        <Rendered text={text} />
      </Suspense>
    </div>
  );
}
