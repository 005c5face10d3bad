import { EditPage } from "./EditPage";
import { ARTIFACTS } from "./files";

export function Component() {
  return <EditPage store={ARTIFACTS} />;
}
