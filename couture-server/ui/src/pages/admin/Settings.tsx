import type { Schema } from "../../api/types";
import "./admin.css";

export type Setting = Schema<"LdapSetting"> & Partial<Pick<Schema<"OptionBody">, "default">>;

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Settings, each with what it does, its value, and the variable of the environment that sets it. */
export function Settings({ settings }: { settings: readonly Setting[] }) {
  return (
    <table className="settings">
      <tbody>
        {settings.map((setting) => (
          <tr key={setting.key}>
            <th scope="row">
              <code>{setting.key}</code>
              {setting.description && <div className="faint">{setting.description}</div>}
            </th>
            <td>
              <code>{shown(setting.value)}</code>
              {setting.default !== undefined && shown(setting.default) !== shown(setting.value) && (
                <div className="faint">
                  by default <code>{shown(setting.default)}</code>
                </div>
              )}
            </td>
            <td className="faint">
              <code>{setting.environment}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
