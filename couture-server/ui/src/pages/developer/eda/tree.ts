import type { Schema } from "../../../api/types";

/** A file that an analysis left. */
export type Output = Schema<"EdaOutput">;

export interface Leaf {
  kind: "file";
  name: string;
  path: string;
  size: number;
  modified: string;
}

export interface Folder {
  kind: "folder";
  name: string;
  path: string;
  /** Of everything in it, at any depth. */
  size: number;
  files: number;
  /** Of the newest file in it. */
  modified: string;
  children: Node[];
}

export type Node = Leaf | Folder;

/** A node as a line of the tree, with what a reader is told of its place. */
export interface Line {
  node: Node;
  /** 1 is the top. */
  level: number;
  position: number;
  siblings: number;
  open: boolean;
  /** The path of the folder that it is in. */
  parent: string | null;
}

const KINDS = ["preliminary", "data_importance"];

/** What the analyses left, as folders and files. */
export function treeOf(outputs: readonly Output[]): Folder[] {
  const top = folderOf("", "");
  const folders = new Map<string, Folder>([["", top]]);
  const inside = (path: string): Folder => {
    const known = folders.get(path);
    if (known) return known;
    const cut = path.lastIndexOf("/");
    const folder = folderOf(path.slice(cut + 1), path);
    inside(cut < 0 ? "" : path.slice(0, cut)).children.push(folder);
    folders.set(path, folder);
    return folder;
  };
  for (const { path, size, last_modified } of outputs) {
    const cut = path.lastIndexOf("/");
    const leaf: Leaf = { kind: "file", name: path.slice(cut + 1), path, size, modified: last_modified };
    inside(cut < 0 ? "" : path.slice(0, cut)).children.push(leaf);
  }
  settle(top);
  return top.children.filter((node) => node.kind === "folder");
}

const folderOf = (name: string, path: string): Folder => ({
  kind: "folder",
  name,
  path,
  size: 0,
  files: 0,
  modified: "",
  children: [],
});

/** Sums the folders up and sorts what is in them. */
function settle(folder: Folder): void {
  for (const child of folder.children) {
    if (child.kind === "folder") settle(child);
    folder.size += child.size;
    folder.files += child.kind === "folder" ? child.files : 1;
    if (child.modified > folder.modified) folder.modified = child.modified;
  }
  folder.children.sort(KINDS.includes(folder.name) ? newestFirst : byName);
}

const newestFirst = (one: Node, two: Node) =>
  two.modified.localeCompare(one.modified) || two.name.localeCompare(one.name);

/** Folders first, the kinds in their order, what is meant to be read before its data. */
function byName(one: Node, two: Node): number {
  return rank(one) - rank(two) || one.name.localeCompare(two.name, "en", { numeric: true });
}

function rank(node: Node): number {
  if (node.kind === "file") return isReport(node.path) ? 20 : 30;
  const kind = KINDS.indexOf(node.name);
  return kind < 0 ? 10 : kind;
}

/** Whether a file is a report, to be read in the browser. */
export function isReport(path: string): boolean {
  return /\.html?$/i.test(path);
}

/** Whether a folder is what one analysis left, `…/NAME/KIND/TIMESTAMP`: that is deleted as a whole. */
export function isRun(node: Node): node is Folder {
  const parts = node.path.split("/");
  const kind = parts.findIndex((part, at) => at > 1 && KINDS.includes(part));
  return node.kind === "folder" && kind > 0 && parts.length === kind + 2;
}

/** The outputs whose path holds every one of the words. */
export function found(outputs: readonly Output[], sought: string): readonly Output[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return outputs;
  return outputs.filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)));
}

/** So many sources are shown with their kinds at first; of more, only the one with the newest report. */
const FEW_SOURCES = 8;

/** The folders that are open before anybody folded one: down to the newest analysis of each kind. */
export function openAtFirst(tree: readonly Folder[]): Set<string> {
  const open = new Set<string>();
  const visit = (folder: Folder, level: number) => {
    open.add(folder.path);
    const inside = folder.children.filter((child) => child.kind === "folder");
    const all = level < 3 && (level > 1 || inside.length <= FEW_SOURCES);
    const newest = inside.reduce<Folder | null>(
      (best, one) => (best && best.modified >= one.modified ? best : one),
      null,
    );
    for (const one of inside) if (all || one === newest) visit(one, level + 1);
  };
  for (const folder of tree) visit(folder, 1);
  return open;
}

/** The lines of a tree that can be seen, from the top. */
export function linesOf(tree: readonly Node[], isOpen: (path: string) => boolean): Line[] {
  const lines: Line[] = [];
  const visit = (nodes: readonly Node[], level: number, parent: string | null) => {
    nodes.forEach((node, index) => {
      const open = node.kind === "folder" && isOpen(node.path);
      lines.push({ node, level, position: index + 1, siblings: nodes.length, open, parent });
      if (node.kind === "folder" && open) visit(node.children, level + 1, node.path);
    });
  };
  visit(tree, 1, null);
  return lines;
}

/** The paths of all folders of a tree. */
export function foldersOf(tree: readonly Node[]): string[] {
  return tree.flatMap((node) => (node.kind === "folder" ? [node.path, ...foldersOf(node.children)] : []));
}
