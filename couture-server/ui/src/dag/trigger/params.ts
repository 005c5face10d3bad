// A DAG's parameters as fields of a form.

/** The part of JSON schema that the form knows; the server checks all of it. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  description_md?: string;
  format?: string;
  enum?: unknown[];
  examples?: unknown[];
  values_display?: Record<string, string>;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  section?: string;
  const?: unknown;
}

/** What was typed where JSON is asked for, and is none. */
export class NotJson {
  constructor(readonly text: string) {}
}

export type FieldKind =
  "text" | "lines" | "number" | "switch" | "choice" | "choices" | "date" | "datetime" | "time" | "list" | "json";

export interface Field {
  name: string;
  title: string;
  description: string | null;
  schema: Schema;
  kind: FieldKind;
  optional: boolean;
  start: unknown;
}

const typesOf = (schema: Schema, value: unknown): string[] => {
  if (schema.type !== undefined) return [schema.type].flat();
  if (Array.isArray(value)) return ["array"];
  if (value === null || value === undefined) return ["string", "null"];
  return [typeof value];
};

function kindOf(schema: Schema, types: string[], value: unknown): FieldKind {
  const type = types.find((one) => one !== "null") ?? "string";
  if (schema.enum && type !== "array") return "choice";
  if (type === "boolean") return "switch";
  if (type === "number" || type === "integer") return "number";
  if (type === "array") {
    if (schema.examples && schema.items?.type !== "object") return "choices";
    const strings = !Array.isArray(value) || value.every((one) => typeof one === "string");
    return strings && (schema.items === undefined || schema.items.type === "string") ? "list" : "json";
  }
  if (type === "object") return "json";
  if (schema.format === "date") return "date";
  if (schema.format === "date-time") return "datetime";
  if (schema.format === "time") return "time";
  const long = typeof value === "string" && (value.includes("\n") || value.length > 80);
  return schema.format === "multiline" || long ? "lines" : "text";
}

/**
 * The fields of a DAG's params; a bare value stands for one without a schema. They come in `order`, the author's: an object's keys have
 * none that every program keeps. What `order` does not name comes last.
 */
export function fieldsOf(params: Record<string, unknown> | null, order: readonly string[] = []): Field[] {
  const places = new Map(order.map((name, place) => [name, place]));
  const placeOf = (name: string) => places.get(name) ?? order.length;
  const entries = Object.entries(params ?? {}).sort(([a], [b]) => placeOf(a) - placeOf(b));
  return entries.map(([name, raw]) => {
    const isParam =
      raw !== null &&
      typeof raw === "object" &&
      !Array.isArray(raw) &&
      "value" in raw &&
      ("schema" in raw || "__class" in raw);
    const param = isParam
      ? (raw as { value: unknown; description?: string | null; schema?: Schema | null })
      : { value: raw };
    const schema = param.schema ?? {};
    const types = typesOf(schema, param.value);
    return {
      name,
      title: schema.title ?? name,
      description: param.description ?? schema.description ?? schema.description_md ?? null,
      schema,
      kind: kindOf(schema, types, param.value),
      optional: types.includes("null"),
      start: param.value ?? null,
    };
  });
}

/** What is wrong with a value, in words; null if nothing that the page can see. */
export function faultOf(field: Field, value: unknown): string | null {
  const { schema, optional } = field;
  if (value instanceof NotJson) return "this is not JSON";
  if (value === null || value === undefined || value === "") {
    if (optional || (value === "" && schema.minLength === undefined && field.kind === "text")) return null;
    return field.kind === "text" && value === "" && !schema.minLength ? null : "a value is needed";
  }
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "this is not a number";
    if (
      [schema.type].flat().includes("integer") &&
      ![schema.type].flat().includes("number") &&
      !Number.isInteger(value)
    )
      return "a whole number is needed";
    return rangeFault(schema, value);
  }
  if (typeof value === "string") {
    if (schema.minLength !== undefined && value.length < schema.minLength)
      return `at least ${schema.minLength} characters`;
    if (schema.maxLength !== undefined && value.length > schema.maxLength)
      return `at most ${schema.maxLength} characters`;
    if (schema.pattern !== undefined && !matches(schema.pattern, value)) return `it must look like ${schema.pattern}`;
  }
  if (Array.isArray(value)) return listFault(schema, value);
  return null;
}

function rangeFault(schema: Schema, value: number): string | null {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (minimum !== undefined && value < minimum) return `at least ${minimum}`;
  if (maximum !== undefined && value > maximum) return `at most ${maximum}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `more than ${exclusiveMinimum}`;
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return `less than ${exclusiveMaximum}`;
  return null;
}

function listFault({ minItems, maxItems, uniqueItems }: Schema, value: readonly unknown[]): string | null {
  if (minItems !== undefined && value.length < minItems) return `at least ${minItems} values`;
  if (maxItems !== undefined && value.length > maxItems) return `at most ${maxItems} values`;
  const different = new Set(value.map((one) => JSON.stringify(one))).size;
  return uniqueItems && different < value.length ? "each value once" : null;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    // A pattern of another dialect is left to the server.
    return true;
  }
}
