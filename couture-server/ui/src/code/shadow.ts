/**
 * A shadow root below an element. CodeMirror puts its styles into adopted style sheets there, where it would write a `<style>` element
 * otherwise, which the content security policy refuses.
 */
export function shadowOf(host: HTMLElement): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.replaceChildren();
  return root;
}

/** An element that fills the shadow root. */
export function frameIn(root: ShadowRoot): HTMLElement {
  const frame = document.createElement("div");
  frame.style.height = "100%";
  frame.style.overflow = "auto";
  root.append(frame);
  return frame;
}
