import { EditPage } from "./EditPage";
import { DAG_FILES } from "./files";

export function Component() {
  return <EditPage store={DAG_FILES} />;
}
