/** @module The search attributes by which an operator finds threads. Ids and states only, no text. */
import { defineSearchAttributeKey } from '@temporalio/common';

/** `open`, `warned`, `closing` (ended, and not yet confirmed everywhere) or `closed`. */
export const threadStateKey = defineSearchAttributeKey('ThreadState', 'KEYWORD');
/** The channel's id. */
export const threadChannelKey = defineSearchAttributeKey('ThreadChannel', 'KEYWORD');
/** The customer's id on the channel, from the moment at which the thread has a contact. */
export const threadCustomerKey = defineSearchAttributeKey('ThreadCustomer', 'KEYWORD');
/** The contact centre's contact number. */
export const threadContactKey = defineSearchAttributeKey('ThreadContact', 'KEYWORD');
/** Who ended the thread. */
export const threadClosedByKey = defineSearchAttributeKey('ThreadClosedBy', 'KEYWORD');
/** What of the end could not be confirmed: `contact`, `thread`, `readBack`, joined by `+`. */
export const threadMissingLegKey = defineSearchAttributeKey('ThreadMissingLeg', 'KEYWORD');
/** The last message either way, to the minute. */
export const threadLastActivityAtKey = defineSearchAttributeKey('ThreadLastActivityAt', 'DATETIME');
