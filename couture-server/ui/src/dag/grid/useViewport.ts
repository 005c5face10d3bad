import { useLayoutEffect, useState, type RefObject } from "react";

/** The inner size of an element, as it changes. */
export function useSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () =>
      setSize((old) =>
        old.width === element.clientWidth && old.height === element.clientHeight
          ? old
          : { width: element.clientWidth, height: element.clientHeight },
      );
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/** Calls `repaint` whenever the theme, and with it every colour, changes. */
export function onTheme(repaint: () => void): () => void {
  const observer = new MutationObserver(repaint);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class", "style"] });
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", repaint);
  return () => {
    observer.disconnect();
    query.removeEventListener("change", repaint);
  };
}
