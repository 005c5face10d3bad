import { useEffect, useId, useRef, type ReactNode } from "react";
import { Icon } from "./Icon";

/** A modal dialog: its first field has the focus, which the browser keeps in it and gives back; Escape and the cross close it. */
export function Dialog({
  title,
  onClose,
  children,
  footer,
  wide = false,
}: {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) {
      dialog.showModal();
      // By itself the browser would choose the cross: what is typed would be lost, and Enter would close it.
      const field = dialog.querySelector<HTMLElement>(".dialog-body :is(input, select, textarea):not(:disabled)");
      (field ?? dialog.querySelector<HTMLElement>(".dialog-foot button"))?.focus();
    }
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={wide ? "dialog wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button className="ghost" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="dialog-body">{children}</div>
      {footer && <footer className="dialog-foot">{footer}</footer>}
    </dialog>
  );
}
