import { useEffect, useRef, useState, type CSSProperties, type KeyboardEvent } from "react";
import { Icon } from "../../../parts/Icon";
import { Time } from "../../../parts/Time";
import { formatSize } from "../files";
import { outputAddress } from "./eda";
import { isReport, isRun, linesOf, type Folder, type Line, type Node } from "./tree";

/** Lines that are shown before more are asked for. */
const AT_ONCE = 500;

interface Props {
  tree: readonly Node[];
  isOpen: (path: string) => boolean;
  onTurn: (path: string, open: boolean) => void;
  /** Given to whoever may delete. */
  onDelete?: (folder: Folder) => void;
}

/**
 * Folders and files: arrows go up and down, fold and unfold; Home and End lead to the ends, Enter opens. What is in the line that has
 * the focus follows by Tab.
 */
export function OutputTree({ tree, isOpen, onTurn, onDelete }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [most, setMost] = useState(AT_ONCE);
  const [active, setActive] = useState<string | null>(null);
  const moved = useRef(false);
  const all = linesOf(tree, isOpen);
  const lines = all.slice(0, most);
  const at = Math.max(
    0,
    lines.findIndex(({ node }) => node.path === active),
  );
  const activePath = lines[at]?.node.path;

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    box.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus();
  }, [activePath]);

  const go = (path: string | null | undefined) => {
    if (!path || path === activePath) return;
    moved.current = true;
    setActive(path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const line = lines[at];
    if (!line || event.altKey || event.ctrlKey || event.metaKey) return;
    const onRow = (event.target as HTMLElement).getAttribute("role") === "row";
    const { node } = line;
    const acts: Record<string, () => void> = {
      ArrowDown: () => go(lines[at + 1]?.node.path),
      ArrowUp: () => go(lines[at - 1]?.node.path),
      Home: () => go(lines[0]?.node.path),
      End: () => go(lines.at(-1)?.node.path),
    };
    if (onRow) {
      acts.ArrowRight = () => (line.open ? go(lines[at + 1]?.node.path) : turn(node, true));
      acts.ArrowLeft = () => (line.open ? turn(node, false) : go(line.parent));
      acts.Enter = () => (node.kind === "folder" ? turn(node, !line.open) : openFile(node.path));
      acts[" "] = () => turn(node, !line.open);
    }
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const turn = (node: Node, open: boolean) => {
    if (node.kind === "folder") onTurn(node.path, open);
  };
  const openFile = (path: string) => window.open(outputAddress(path), "_blank", "noopener");
  return (
    <div className="table-box">
      <div
        ref={box}
        className="eda-tree"
        role="treegrid"
        aria-label="Processed outputs"
        aria-rowcount={all.length + 1}
        onKeyDown={onKeyDown}
      >
        <div role="row" className="eda-line eda-head" aria-rowindex={1}>
          <span role="columnheader">Name</span>
          <span role="columnheader" className="eda-size">
            Size
          </span>
          <span role="columnheader" className="eda-time">
            Time
          </span>
          <span role="columnheader" className="eda-act">
            <span className="visually-hidden">Delete</span>
          </span>
        </div>
        {lines.map((line, index) => (
          <TreeLine
            key={line.node.path}
            line={line}
            index={index + 2}
            active={index === at}
            onActive={() => setActive(line.node.path)}
            onTurn={() => turn(line.node, !line.open)}
            onDelete={onDelete}
          />
        ))}
      </div>
      {all.length > lines.length && (
        <button className="ghost eda-more" onClick={() => setMost(most + AT_ONCE)}>
          Show {Math.min(AT_ONCE, all.length - lines.length)} more of {all.length.toLocaleString("en")} lines
        </button>
      )}
    </div>
  );
}

interface LineProps {
  line: Line;
  index: number;
  active: boolean;
  onActive: () => void;
  onTurn: () => void;
  onDelete?: (folder: Folder) => void;
}

function TreeLine({ line, index, active, onActive, onTurn, onDelete }: LineProps) {
  const { node, level, position, siblings, open } = line;
  const tabIndex = active ? 0 : -1;
  return (
    <div
      role="row"
      className={`eda-line eda-${node.kind}`}
      style={{ "--indent": `${(level - 1) * 18}px` } as CSSProperties}
      tabIndex={tabIndex}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-rowindex={index}
      aria-expanded={node.kind === "folder" ? open : undefined}
      onFocus={onActive}
    >
      <span role="gridcell" className="eda-name">
        {node.kind === "folder" ? (
          <button className="eda-fold" tabIndex={-1} onClick={onTurn}>
            <Icon name={open ? "down" : "right"} size={13} />
            <span className="break">{node.name}</span>
          </button>
        ) : (
          <FileLink path={node.path} name={node.name} tabIndex={tabIndex} />
        )}
      </span>
      <span role="gridcell" className="eda-size number">
        {formatSize(node.size)}
      </span>
      <span role="gridcell" className="eda-time">
        <Time value={node.modified} />
      </span>
      <span role="gridcell" className="eda-act">
        {onDelete && isRun(node) && (
          <button
            className="ghost"
            tabIndex={tabIndex}
            title={`Delete ${node.path}`}
            aria-label={`Delete ${node.path}`}
            onClick={() => onDelete(node)}
          >
            <Icon name="trash" />
          </button>
        )}
      </span>
    </div>
  );
}

function FileLink({ path, name, tabIndex }: { path: string; name: string; tabIndex: number }) {
  const report = isReport(path);
  return (
    <a
      className="eda-open"
      href={outputAddress(path)}
      tabIndex={tabIndex}
      target="_blank"
      rel="noopener"
      title={report ? `Open ${name} in a new tab` : `Download ${name}`}
      download={report ? undefined : name}
    >
      <Icon name={report ? "external" : "download"} size={13} />
      <span className="break">{name}</span>
    </a>
  );
}
