/** @module Which custom fields of the channels the contact centre lacks. */
import type { ChannelDefinition, CustomField } from './channel.js';

/** A custom field as the contact centre knows it; it knows types that no channel may ask for. */
export type KnownCustomField = Omit<CustomField, 'type'> & { readonly type: string };

/** The fields of all channels, each ident once. */
export interface WantedCustomFields {
  readonly fields: readonly CustomField[];
  /** Idents that two channels describe differently; the first description is the one that holds. */
  readonly disputed: readonly string[];
}

/** Gathers the fields of all channels: the contact centre has one definition for each ident. */
export function gatherCustomFields(channels: Iterable<ChannelDefinition>): WantedCustomFields {
  const fields = new Map<string, CustomField>();
  const disputed = new Set<string>();
  for (const { customFields } of channels) {
    for (const field of customFields) {
      const earlier = fields.get(field.ident);
      if (earlier === undefined) fields.set(field.ident, field);
      else if (!isSameField(earlier, field)) disputed.add(field.ident);
    }
  }
  return { fields: [...fields.values()], disputed: [...disputed] };
}

/** Gives the fields that the contact centre lacks, or knows otherwise. */
export function findMissingFields(
  wanted: readonly CustomField[],
  known: readonly KnownCustomField[],
): readonly CustomField[] {
  return wanted.filter((field) => !known.some((other) => isSameField(field, other)));
}

/** Compares two descriptions; the order of a list's values does not count. */
function isSameField(one: KnownCustomField, other: KnownCustomField): boolean {
  const values = new Set(other.values);
  return (
    one.ident === other.ident &&
    one.label === other.label &&
    one.type === other.type &&
    new Set(one.values).size === values.size &&
    (one.values ?? []).every((value) => values.has(value))
  );
}
