import { Fragment, useMemo, type ReactNode } from "react";
import { readMarkdown, type Element, type Piece } from "./tree";

/** The Markdown itself, made of elements and never of HTML; in its own part of the build. */
export default function Rendered({ text }: { text: string }) {
  return useMemo(() => show(readMarkdown(text)), [text]);
}

function show(pieces: readonly Piece[]): ReactNode {
  return pieces.map((piece, index) => (
    <Fragment key={index}>{typeof piece === "string" ? piece : <Shown piece={piece} />}</Fragment>
  ));
}

function Shown({ piece }: { piece: Element }) {
  const { tag: Tag, href, start, align, checked, children } = piece;
  if (Tag === "hr" || Tag === "br") return <Tag />;
  if (Tag === "checkbox") return <input type="checkbox" checked={checked} readOnly disabled aria-label="done" />;
  if (Tag === "a") {
    return (
      <a href={href} target="_blank" rel="noreferrer noopener">
        {show(children)}
      </a>
    );
  }
  if (Tag === "pre") {
    return (
      <pre tabIndex={0}>
        <code>{show(children)}</code>
      </pre>
    );
  }
  if (Tag === "table") {
    return (
      <div className="markdown-table" tabIndex={0}>
        <table>{show(children)}</table>
      </div>
    );
  }
  if (Tag === "ol") return <ol start={start}>{show(children)}</ol>;
  if (Tag === "th" || Tag === "td") return <Tag style={align && { textAlign: align }}>{show(children)}</Tag>;
  return <Tag>{show(children)}</Tag>;
}
