import { useEffect, useRef } from "react";
import { NavLink, useLocation } from "react-router";
import { useMay } from "../../api/session";
import { paths } from "../../app/paths";
import { Icon } from "../../parts/Icon";
import { useDagId } from "./dagId";
import { VIEW_TABS } from "./views";

/** The tabs of the views; what is chosen stays chosen from one to the next. */
export function ViewTabs() {
  const dagId = useDagId();
  const { pathname, search } = useLocation();
  const may = useMay();
  const tabs = useRef<HTMLElement>(null);
  // On a small screen, the tab of a view may be beyond the edge.
  useEffect(() => {
    const [bar, active] = [tabs.current, tabs.current?.querySelector<HTMLElement>(".active")];
    if (!bar || !active) return;
    const [from, to] = [active.offsetLeft - bar.offsetLeft, active.offsetLeft - bar.offsetLeft + active.offsetWidth];
    if (from < bar.scrollLeft || to > bar.scrollLeft + bar.clientWidth) bar.scrollLeft = from - 40;
  }, [pathname]);
  return (
    <nav ref={tabs} className="tabs dag-tabs" aria-label="Views of this DAG">
      {VIEW_TABS.filter(({ needs }) => !needs || may("read", needs, dagId)).map(({ path, label, icon }) => (
        <NavLink
          key={path}
          to={{ pathname: paths.dag(dagId, path), search }}
          className={({ isActive }) => (isActive ? "tab active" : "tab")}
        >
          {icon && <Icon name={icon} size={14} />} {label}
        </NavLink>
      ))}
    </nav>
  );
}
