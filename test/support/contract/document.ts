// An OpenAPI 3.1 document as a contract to be held to: its operations, and a judge for every schema in it. Knows nothing of the
// server but what the document says. Source: spec.openapis.org/oas/v3.1.0
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export interface SchemaObject {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly SchemaObject[];
  readonly oneOf?: readonly SchemaObject[];
  readonly allOf?: readonly SchemaObject[];
  readonly properties?: Readonly<Record<string, SchemaObject>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly minProperties?: number;
  readonly items?: SchemaObject;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
}

type Content = Readonly<Record<string, { readonly schema: SchemaObject; readonly "x-item-schema"?: SchemaObject }>>;

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema?: SchemaObject;
  readonly content?: Content;
}

export interface Response {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: SchemaObject }>>;
  readonly content?: Content;
}

interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Operation extends OperationObject {
  readonly method: string;
  readonly path: string;
  /** The first word of the path behind /api, as in `tasks`. */
  readonly collection: string;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, SchemaObject>> };
}

export interface Contract {
  readonly operations: readonly Operation[];
  /** The schema itself where it is a reference. */
  resolve(schema: SchemaObject): SchemaObject;
  /** What is wrong with `value`, undefined when nothing is. */
  fault(schema: SchemaObject, value: unknown): string | undefined;
}

const base = "https://contract.invalid/document";

export function contractOf(document: Document): Contract {
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: base, components: document.components } as object);
  const judges = new Map<SchemaObject, ValidateFunction>();
  const judgeOf = (schema: SchemaObject) => {
    const found = judges.get(schema) ?? ajv.compile(absolute(schema) as object);
    judges.set(schema, found);
    return found;
  };
  return {
    operations: operationsOf(document),
    resolve: (schema) => {
      const name = schema.$ref?.split("/").at(-1);
      return name === undefined ? schema : (document.components.schemas[name] as SchemaObject);
    },
    fault: (schema, value) => {
      const judge = judgeOf(schema);
      if (judge(value)) return undefined;
      const [first] = judge.errors ?? [];
      return `${first?.instancePath || "the whole"} ${first?.message} ${JSON.stringify(first?.params)}`;
    },
  };
}

function operationsOf({ paths }: Document): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
      collection: path.split("/").filter((part) => part !== "api")[1] ?? "",
    })),
  );
}

/** References are to the document, wherever they stand. */
function absolute(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(absolute);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === "$ref" && typeof inner === "string" ? `${base}${inner}` : absolute(inner)]),
  );
}
