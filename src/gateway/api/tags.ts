/** @module The parts of the API, in the order in which they are read. */

/** What each part is for. */
export const tags = {
  Customers:
    'What a chat widget, or any page of its own making, calls for its customer. A session gives a token for one thread; everything else is done with that token.',
  Platforms:
    'What the server of a platform calls, for the customers whom it keeps, and what it is sent: the webhooks, which go to the channel’s `url`. Signed both ways by the Standard Webhooks scheme under the channel’s secret.',
  Box: 'What the contact centre calls: the integration box, whose URL is `/integration/box` of this gateway. The contact centre’s own description of these calls could not be had whole. So each fact is marked: CONFIRMED is published by the contact centre or done alike by several independent implementations; INFERRED is concluded from its other interfaces. Bodies are read by place, and leniently: a value at another place, or of another type than described, counts as missing, and what is not described is ignored.',
  Events: 'What the contact centre tells of its contacts.',
  'Admin pages': 'Pages that the contact centre opens in an admin’s browser.',
  Operation: 'What an operator and an orchestrator ask.',
  Files: 'Files for browsers, and this document.',
} as const;

/** The name of a part. */
export type TagName = keyof typeof tags;
