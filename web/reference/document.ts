// The parts of an OpenAPI 3.1 document that the page shows, and how operations are grouped. Source: spec.openapis.org/oas/v3.1.0

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema?: Schema;
  readonly content?: Content;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly content?: Content;
}

interface OperationObject {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
}

export interface Operation extends OperationObject {
  /** In capitals. */
  readonly method: string;
  readonly path: string;
}

export interface ApiDocument {
  readonly info: { readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Group {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

/** Groups in the document's order with the operations that hold every word of `search` anywhere; HEAD goes without saying. */
export function groupsOf(document: ApiDocument, search: string): readonly Group[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );
  const isMeant = (operation: Operation) => {
    if (operation.method === "HEAD") return false;
    const text = textOf(operation);
    return words.every((word) => text.includes(word));
  };
  return document.tags
    .map((tag) => ({ ...tag, operations: all.filter((one) => one.tags.includes(tag.name) && isMeant(one)) }))
    .filter(({ operations }) => operations.length > 0);
}

/** What an operation is called and what is said about it and its parameters, in small letters. */
function textOf({ method, path, operationId, summary, description = "", parameters }: Operation): string {
  const ofParameters = parameters.map((one) => `${one.name} ${one.description ?? one.schema?.description ?? ""}`);
  return [`${method} ${path}`, operationId, summary, description, ...ofParameters].join(" ").toLowerCase();
}

/** The name behind a reference, undefined where there is none. */
export function nameOf({ $ref }: Schema): string | undefined {
  return $ref?.split("/").at(-1);
}
