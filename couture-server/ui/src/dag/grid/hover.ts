// What the pointer is over, told apart from React's state so that a move costs no render of the grid.

export interface Hovered {
  run: number;
  row: number;
  x: number;
  y: number;
}

export class Hover {
  private readonly listeners = new Set<() => void>();
  private at: Hovered | null = null;

  readonly watch = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  readonly current = () => this.at;

  set(next: Hovered | null) {
    if (next === this.at) return;
    if (next && this.at && next.run === this.at.run && next.row === this.at.row) return;
    this.at = next;
    this.listeners.forEach((listener) => listener());
  }
}
