import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Code, Diff } from "../../code/Code";
import { Answer, Empty } from "../../parts/Answer";
import { useStored } from "../../parts/stored";
import { formatTime, zone } from "../../parts/time";
import { detailsQuery, sourceQuery, versionsQuery } from "../data/queries";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";

/** The DAG's source, as it is and as it was, and what changed between two versions. */
export default function CodeView() {
  const dagId = useDagId();
  const { view, change } = useView();
  const details = useQuery(detailsQuery(dagId));
  const versions = useQuery(versionsQuery(dagId));
  const source = useQuery(sourceQuery(dagId, view.version));
  const [against, setAgainst] = useState<number | null>(null);
  const other = useQuery({ ...sourceQuery(dagId, against ?? undefined), enabled: against !== null });
  const where = useStored(zone);
  const name = details.data?.fileloc ?? "dag.py";
  const all = versions.data?.dag_versions ?? [];
  const current = view.version ?? all[0]?.version_number;
  const words = (number: number, at: string | null) => `version ${number}${at ? ` · ${formatTime(at, where)}` : ""}`;
  return (
    <div className="dag-fill">
      <div className="dag-toolbar">
        <select
          aria-label="Version"
          value={current ?? ""}
          onChange={(event) => change({ version: Number(event.target.value) })}
        >
          {current === undefined && <option value="">the newest</option>}
          {all.map((one, index) => (
            <option key={one.version_number} value={one.version_number}>
              {words(one.version_number, one.created_at)}
              {index === 0 ? " (newest)" : ""}
            </option>
          ))}
        </select>
        {all.length > 1 && (
          <label className="row">
            compare with
            <select
              aria-label="Compare with"
              value={against ?? ""}
              onChange={(event) => setAgainst(event.target.value ? Number(event.target.value) : null)}
            >
              <option value="">nothing</option>
              {all
                .filter((one) => one.version_number !== current)
                .map((one) => (
                  <option key={one.version_number} value={one.version_number}>
                    {words(one.version_number, one.created_at)}
                  </option>
                ))}
            </select>
          </label>
        )}
        <span className="grow" />
        <span className="faint break">{details.data?.fileloc}</span>
      </div>
      <Answer query={source} lines={12}>
        {({ content }) => (
          <div className="dag-code">
            {content === null ? (
              <Empty title="There is no file to show">This DAG is defined in a program.</Empty>
            ) : against === null ? (
              <Code key={current} value={content} name={name} readOnly label={`Source of ${dagId}`} />
            ) : (
              <Answer query={other} lines={12}>
                {(before) =>
                  against < (current ?? 0) ? (
                    <Diff
                      before={before.content ?? ""}
                      after={content}
                      name={name}
                      titles={[`Version ${against}`, `Version ${current}`]}
                    />
                  ) : (
                    <Diff
                      before={content}
                      after={before.content ?? ""}
                      name={name}
                      titles={[`Version ${current}`, `Version ${against}`]}
                    />
                  )
                }
              </Answer>
            )}
          </div>
        )}
      </Answer>
    </div>
  );
}
