import { NavLink, useLocation } from "react-router";
import { useLogOut, useMay, useMe } from "../api/session";
import { useLiveState } from "../live/Live";
import { Icon } from "../parts/Icon";
import { Menu, type MenuItem } from "../parts/Menu";
import { useNow } from "../parts/now";
import { useStored } from "../parts/stored";
import { formatTime, localZoneName, zone } from "../parts/time";
import { navigationFor, type Section } from "./navigation";
import { applyTheme, theme } from "./theme";

export function Header({ onHelp }: { onHelp: () => void }) {
  const may = useMay();
  const { pathname } = useLocation();
  const sections = navigationFor(may);
  return (
    <header className="header">
      <nav className="nav-small" aria-label="Main">
        <Menu title="Menu" label={<Icon name="list" />} items={allPlaces(sections, pathname)} />
      </nav>
      <NavLink to="/dags" className="brand" aria-label="Couture, the DAGs">
        <img src="/mark.svg" alt="" width={22} height={22} />
        Couture
      </NavLink>
      <nav className="nav" aria-label="Main">
        {sections.map((section) =>
          section.to ? (
            <NavLink key={section.label} to={section.to} className="nav-item">
              {section.label}
            </NavLink>
          ) : (
            <Menu
              key={section.label}
              className={pathname.startsWith(section.under) ? "nav-item active" : "nav-item"}
              label={
                <>
                  {section.label} <Icon name="down" size={12} />
                </>
              }
              items={section.places.map(({ label, to }) => ({ label, to, current: pathname.startsWith(to) }))}
            />
          ),
        )}
      </nav>
      <div className="header-right">
        <LiveMark />
        <Clock />
        <ThemeSwitch />
        <UserMenu onHelp={onHelp} />
      </div>
    </header>
  );
}

/** Every place in one list, for screens without room for the sections. */
function allPlaces(sections: readonly Section[], pathname: string): MenuItem[] {
  return sections.flatMap(({ label, to, places }) => [
    to ? { label, to, current: pathname.startsWith(to) } : { label, heading: true },
    ...places.map((place) => ({ label: place.label, to: place.to, current: pathname.startsWith(place.to) })),
  ]);
}

const LIVE_WORDS = {
  live: "Live: what you see is what is",
  connecting: "Connecting to the server…",
  resting: "Resting while nobody looks",
  off: "Not live: your role may not read DAGs. Load the page again to see what changed",
  broken: "Not live: the server does not answer; trying again",
};

function LiveMark() {
  const state = useLiveState();
  return (
    <span className={`live-mark live-${state}`} title={LIVE_WORDS[state]} role="status" aria-label={LIVE_WORDS[state]}>
      {state === "broken" && "offline"}
    </span>
  );
}

function Clock() {
  const now = useNow();
  const where = useStored(zone);
  const name =
    where === "UTC"
      ? "UTC"
      : (new Intl.DateTimeFormat("en", { timeZoneName: "short" })
          .formatToParts(now)
          .find((one) => one.type === "timeZoneName")?.value ?? localZoneName);
  const other = where === "UTC" ? "local" : "UTC";
  const switchWords = `Show times in ${other === "UTC" ? "UTC" : `your zone (${localZoneName})`}`;
  return (
    <button className="ghost clock" title={switchWords} onClick={() => zone.set(other)}>
      <span className="number">{formatTime(now, where)}</span> {name}
    </button>
  );
}

function ThemeSwitch() {
  useStored(theme);
  const dark = applyTheme();
  const words = dark ? "Use the light theme" : "Use the dark theme";
  return (
    <button className="ghost" title={words} aria-label={words} onClick={() => theme.set(dark ? "light" : "dark")}>
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}

function UserMenu({ onHelp }: { onHelp: () => void }) {
  const { user } = useMe();
  const logOut = useLogOut();
  const name = [user.first_name, user.last_name].filter(Boolean).join(" ") || user.username;
  return (
    <Menu
      align="right"
      title={`Your account: ${name}`}
      label={
        <>
          <Icon name="user" /> <span className="user-name">{name}</span> <Icon name="down" size={12} />
        </>
      }
      items={[
        { label: "Profile", to: "/profile" },
        { label: "API tokens", to: "/profile/tokens" },
        { label: "Sessions", to: "/profile/sessions" },
        { label: "Keys", onSelect: onHelp, separated: true },
        { label: "Log out", onSelect: () => void logOut(), separated: true },
      ]}
    />
  );
}
