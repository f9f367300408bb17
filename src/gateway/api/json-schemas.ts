/** @module Schemas as JSON Schema 2020-12, those with a name once for the whole document. */
import { z } from 'zod';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Writes schemas, and gathers those that have an id. */
export interface JsonSchemas {
  /** `side` says whose bodies they are: what a caller may send, or what a caller gets. */
  write(schema: z.ZodType, side: 'request' | 'answer'): JsonSchema;
  /** The schemas that others refer to, by their id. */
  named(): Readonly<Record<string, JsonSchema>>;
}

const ownPlace = '#/$defs/';
const namedPlace = '#/components/schemas/';

/** Makes the schemas of one document. */
export function createJsonSchemas(): JsonSchemas {
  const named = new Map<string, JsonSchema>();
  return {
    write(schema, side) {
      const written = z.toJSONSchema(schema, {
        io: side === 'request' ? 'input' : 'output',
        override: ({ jsonSchema }) => {
          // The format says the same, and can be read.
          if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
          if (isEmpty(jsonSchema.additionalProperties)) delete jsonSchema.additionalProperties;
        },
      });
      const { $schema: _version, $defs = {}, ...own } = pointToNamed(written);
      for (const [id, definition] of Object.entries($defs)) named.set(id, definition);
      return own;
    },
    named: () => Object.fromEntries([...named].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Says whether a schema takes everything, which is what is meant without one. */
function isEmpty(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0;
}

function pointToNamed(
  schema: object,
): { readonly $defs?: Record<string, JsonSchema> } & JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(ownPlace, namedPlace) : value,
  );
}
