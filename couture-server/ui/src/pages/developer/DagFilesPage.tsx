import { DAG_FILES } from "./files";
import { FilesPage } from "./FilesPage";

export function Component() {
  return <FilesPage store={DAG_FILES} />;
}
