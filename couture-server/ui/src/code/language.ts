import type { Extension } from "@codemirror/state";

/** The language of a file, by its name; each loads when it is needed. Plain text where there is none. */
export async function languageOf(name: string): Promise<Extension> {
  const end = name.toLowerCase().split(".").pop() ?? "";
  switch (end) {
    case "py":
    case "python":
      return (await import("@codemirror/lang-python")).python();
    case "json":
    case "ipynb":
      return (await import("@codemirror/lang-json")).json();
    case "yaml":
    case "yml":
      return (await import("@codemirror/lang-yaml")).yaml();
    default:
      return [];
  }
}
