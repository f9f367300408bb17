/** @module What an event says of a contact; the one place that knows its shape. */
import { parseContactNumber } from '../../domain/ids.js';
import { contactStatuses } from '../../domain/policy.js';
import type { ContactSighting } from '../../domain/thread-state.js';
import { firstTextAt, type LenientBody, textAt } from '../box/lenient-body.js';

/** What became of a contact, and of which thread. */
export interface ContactNews {
  readonly kind: 'contact';
  readonly channel?: string;
  readonly thread: string;
  readonly sighting: ContactSighting;
  readonly facts: EventFacts;
}

/** What a log line says of any event. */
export interface EventFacts {
  readonly eventId?: string;
  readonly eventType?: string;
}

/** Newer streams name the contact `contact`, older ones `case` (cxone.md 4.4, CONFIRMED). */
const contactPlaces = ['data.case', 'data.contact'] as const;

function placesOf(field: string): readonly string[] {
  return contactPlaces.map((place) => `${place}.${field}`);
}

/** Reads a change of a contact's status; everything else is of no use here. */
export function readContactNews(
  body: LenientBody,
): ContactNews | { readonly kind: 'ignored'; readonly facts: EventFacts } {
  const eventId = textAt(body, 'eventId');
  const eventType = textAt(body, 'eventType');
  const facts: EventFacts = {
    ...(eventId === undefined ? {} : { eventId }),
    ...(eventType === undefined ? {} : { eventType }),
  };
  const contact = parseContactNumber(firstTextAt(body, placesOf('id')) ?? '');
  const said = firstTextAt(body, placesOf('status'));
  const status = contactStatuses.find((known) => known === said);
  const thread = firstTextAt(body, placesOf('threadIdOnExternalPlatform'));
  if (eventType !== 'CaseStatusChanged' || !contact || !status || !thread) {
    return { kind: 'ignored', facts };
  }
  const statusUpdatedAtMs = Date.parse(firstTextAt(body, placesOf('statusUpdatedAt')) ?? '');
  const channel = firstTextAt(body, ['data.channel.id', ...placesOf('channelId')]);
  return {
    kind: 'contact',
    ...(channel === undefined ? {} : { channel }),
    thread,
    sighting: {
      contact,
      status,
      ...(Number.isNaN(statusUpdatedAtMs) ? {} : { statusUpdatedAtMs }),
    },
    facts,
  };
}
