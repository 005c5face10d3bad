import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import type { Schema } from "../../api/types";
import { Answer } from "../../parts/Answer";
import { Icon } from "../../parts/Icon";
import { SearchField } from "../../table/Filters";
import { BrickDialog } from "./BrickDialog";

/** The code bricks beside the editor: found by their titles, put in where the cursor is. */
export function Bricks({ insert }: { insert: (code: string) => void }) {
  const may = useMay();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [adding, setAdding] = useState(false);
  const answer = useQuery({
    queryKey: ["codeBricks", "search", text],
    queryFn: () => api.get<Schema<"BrickList">>("/codeBricks", { q: text, limit: 200 }),
  });
  return (
    <aside className="bricks" aria-label="Code bricks">
      <h2>Code bricks</h2>
      <p className="faint bricks-hint">
        + puts one in where the cursor is. Bricks make tasks of the DAG in the variable <code>dag</code>.
      </p>
      <SearchField label="Search bricks" value={text} onChange={setText} />
      <div className="bricks-list">
        <Answer query={answer}>
          {({ bricks }) =>
            bricks.length === 0 ? (
              <p className="faint">None is called so.</p>
            ) : (
              bricks.map((brick) => (
                <div key={brick.id} className="brick">
                  <details>
                    <summary>
                      <span className="brick-title">{brick.title}</span>
                    </summary>
                    {brick.description && <p className="soft">{brick.description}</p>}
                    <pre>{brick.content}</pre>
                  </details>
                  <button
                    className="ghost"
                    title={`Insert ${brick.title}`}
                    aria-label={`Insert ${brick.title}`}
                    onClick={() => insert(brick.content)}
                  >
                    <Icon name="plus" />
                  </button>
                </div>
              ))
            )
          }
        </Answer>
      </div>
      {may("create", "Code Bricks") && (
        <button onClick={() => setAdding(true)}>
          <Icon name="plus" /> Add a new code brick
        </button>
      )}
      {adding && (
        <BrickDialog
          brick={null}
          onClose={() => setAdding(false)}
          onDone={() => void client.invalidateQueries({ queryKey: ["codeBricks"] })}
        />
      )}
    </aside>
  );
}
