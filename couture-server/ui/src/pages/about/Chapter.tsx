import type { ReactNode } from "react";

export interface Chapter {
  id: string;
  title: string;
  body: ReactNode;
}

/** A page to read: its chapters, and a list of them beside. */
export function Book({ title, intro, chapters }: { title: string; intro: ReactNode; chapters: readonly Chapter[] }) {
  return (
    <main className="page book">
      <nav className="book-contents" aria-label="Chapters">
        {chapters.map(({ id, title: name }) => (
          <a key={id} href={`#${id}`}>
            {name}
          </a>
        ))}
      </nav>
      <article className="book-text">
        <h1>{title}</h1>
        <p className="soft">{intro}</p>
        {chapters.map(({ id, title: name, body }) => (
          <section key={id} id={id}>
            <h2>{name}</h2>
            {body}
          </section>
        ))}
      </article>
    </main>
  );
}

/** A block of code to read. */
export function Sample({ children }: { children: string }) {
  return <pre className="sample">{children.trim()}</pre>;
}
