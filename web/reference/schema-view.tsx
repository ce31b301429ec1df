// A schema as a person reads it: one line for a value, a list of fields for an object, a link where it has a name of its own.
import { Prose } from "./prose.tsx";
import { nameOf, type Schema } from "./document.ts";
import { describe } from "./words.ts";

export function SchemaView({ schema }: { readonly schema: Schema }) {
  const fields = fieldsIn(schema);
  return (
    <>
      <p className="schema-line">
        <SchemaWords schema={schema} />
      </p>
      {fields.length > 0 && <FieldList schema={schema} fields={fields} />}
    </>
  );
}

/** Its words without its parts; those of a list are those of its items. */
export function SchemaWords({ schema }: { readonly schema: Schema }) {
  const name = nameOf(schema);
  if (name !== undefined) return <a href={`#schema-${name}`}>{name}</a>;
  if (schema.allOf) return <SchemaWords schema={schema.allOf[0] ?? {}} />;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    return choices.map((one, index) => (
      <span key={JSON.stringify(one)}>
        {index > 0 && " or "}
        <SchemaWords schema={one} />
      </span>
    ));
  }
  return (
    <>
      {describe(schema)}
      {schema.type === "array" && (
        <>
          {" "}
          <SchemaWords schema={schema.items ?? {}} />
        </>
      )}
    </>
  );
}

function FieldList({ schema, fields }: { readonly schema: Schema; readonly fields: readonly (readonly [string, Schema])[] }) {
  const required = ownOf(schema).flatMap((one) => one.required ?? []);
  return (
    <dl className="fields">
      {fields.map(([name, field]) => (
        <div key={name} className="field-row">
          <dt>
            <code>{name}</code>
            {required.includes(name) && <span className="mark">needed</span>}
          </dt>
          <dd>
            <SchemaWords schema={field} />
            {field.description && (
              <span className="quiet">
                {" "}
                <Prose text={field.description} />
              </span>
            )}
            {fieldsIn(field).length > 0 && <FieldList schema={field} fields={fieldsIn(field)} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Of an object, of the items of a list, of what may stand beside null; each name once. */
function fieldsIn(schema: Schema): readonly (readonly [string, Schema])[] {
  return Object.entries(Object.assign({}, ...ownOf(schema).map(({ properties }) => properties ?? {})) as Record<string, Schema>);
}

function ownOf(schema: Schema): readonly Schema[] {
  if (nameOf(schema) !== undefined) return [];
  if (schema.items) return ownOf(schema.items);
  return (schema.anyOf ?? schema.oneOf)?.flatMap(ownOf) ?? [schema];
}
