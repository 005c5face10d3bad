import {
  Fragment,
  useEffect,
  useId,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import { Link } from "react-router";

export interface MenuItem {
  label: ReactNode;
  /** Where it leads, or what it does. */
  to?: string;
  onSelect?: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** A thin line above it. */
  separated?: boolean;
  current?: boolean;
  /** Names what follows, and can not be chosen. */
  heading?: boolean;
}

/** A button that opens a list of links and actions; arrows, Home, End and Escape work. */
export function Menu({
  label,
  items,
  title,
  className = "ghost",
  align = "left",
}: {
  label: ReactNode;
  items: readonly MenuItem[];
  title?: string;
  className?: string;
  align?: "left" | "right";
}) {
  const [place, setPlace] = useState<CSSProperties | null>(null);
  const open = place !== null;
  const setOpen = (on: boolean) => setPlace(on && button.current ? placeOf(button.current, align) : null);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setPlace(null);
    };
    const away = () => setPlace(null);
    document.addEventListener("pointerdown", outside);
    // What scrolls under it would leave it behind.
    document.addEventListener("scroll", outside, true);
    window.addEventListener("resize", away);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("scroll", outside, true);
      window.removeEventListener("resize", away);
    };
  }, [open]);

  const entries = () => [
    ...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]:not([aria-disabled=true])") ?? []),
  ];
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      return close();
    }
    if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    if (!open) {
      setOpen(true);
      requestAnimationFrame(() => entries()[0]?.focus());
      return;
    }
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next =
      event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : at + (event.key === "ArrowDown" ? 1 : -1);
    all[(next + all.length) % all.length]?.focus();
  };

  return (
    <div className="menu" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        className={className}
        title={title}
        aria-label={title}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      {open && (
        <div className="menu-list" role="menu" id={id} style={place}>
          {items.map((item, index) => (
            <Fragment key={index}>
              {item.separated && <hr className="menu-line" />}
              <Entry item={item} close={close} />
            </Fragment>
          ))}
        </div>
      )}
    </div>
  );
}

const GAP = 4;
/** As wide as a list is taken to be. */
const WIDE = 240;

/** Where the list goes, in the window: under its button, or above where there is more room. Nothing around it can cut it off. */
function placeOf(button: HTMLElement, align: "left" | "right"): CSSProperties {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const toTheRight = align === "left" && left + WIDE <= width;
  const side = toTheRight ? { left } : { right: Math.max(2 * GAP, Math.min(width - right, width - WIDE)) };
  const below = window.innerHeight - bottom - 2 * GAP;
  const above = top - 2 * GAP;
  return below >= Math.min(320, above)
    ? { ...side, top: bottom + GAP, maxHeight: below }
    : { ...side, bottom: window.innerHeight - top + GAP, maxHeight: above };
}

function Entry({ item, close }: { item: MenuItem; close: () => void }) {
  if (item.heading) {
    return (
      <div className="menu-heading" role="presentation">
        {item.label}
      </div>
    );
  }
  const className = ["menu-item", item.danger && "danger", item.current && "current"].filter(Boolean).join(" ");
  if (item.to !== undefined && !item.disabled) {
    return (
      <Link role="menuitem" className={className} to={item.to} onClick={close} tabIndex={-1}>
        {item.label}
      </Link>
    );
  }
  return (
    <button
      type="button"
      role="menuitem"
      className={className}
      tabIndex={-1}
      aria-disabled={item.disabled}
      onClick={() => {
        if (item.disabled) return;
        close();
        item.onSelect?.();
      }}
    >
      {item.label}
    </button>
  );
}
