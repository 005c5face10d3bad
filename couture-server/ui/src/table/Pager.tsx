import { Icon } from "../parts/Icon";
import { PAGE_SIZES, type TableAddress } from "./address";

const count = new Intl.NumberFormat("en");

/** Goes from page to page. */
export function Pager({
  address,
  total,
  onChange,
}: {
  address: TableAddress;
  total: number;
  onChange: (values: Record<string, string | null>, keepPage?: boolean) => void;
}) {
  const { page, size } = address;
  const last = Math.max(0, Math.ceil(total / size) - 1);
  const first = total === 0 ? 0 : page * size + 1;
  const go = (to: number) => onChange({ page: to === 0 ? null : String(to + 1) }, true);
  if (page === 0 && total <= PAGE_SIZES[0]) {
    return total > 0 && <span className="soft number pager-all">{count.format(total)} in all</span>;
  }
  return (
    <nav className="pager" aria-label="Pages">
      <span className="soft number">
        {count.format(first)}–{count.format(Math.min(total, (page + 1) * size))} of {count.format(total)}
      </span>
      <button className="ghost" aria-label="Previous page" disabled={page === 0} onClick={() => go(page - 1)}>
        <Icon name="left" />
      </button>
      <button className="ghost" aria-label="Next page" disabled={page >= last} onClick={() => go(page + 1)}>
        <Icon name="right" />
      </button>
      <select
        aria-label="Rows a page"
        value={size}
        onChange={(event) =>
          onChange({ size: event.target.value === String(PAGE_SIZES[0]) ? null : event.target.value })
        }
      >
        {PAGE_SIZES.map((one) => (
          <option key={one} value={one}>
            {one} a page
          </option>
        ))}
      </select>
    </nav>
  );
}
