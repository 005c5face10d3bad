import { ARTIFACTS } from "./files";
import { FilesPage } from "./FilesPage";

export function Component() {
  return <FilesPage store={ARTIFACTS} />;
}
