/** @module Every duration of the workflows, by name. */

/** The contact centre's adapter may take 10 s by default, and waits for a token and a budget before. */
export const contactCentreCallLimit = '60s';
/** A worker that was killed is found out after this; the call it made is looked up then. */
export const contactCentreHeartbeat = '3s';
/** A gateway that is gone does not take its task: its pages count as gone after this. */
export const showPickUpLimit = '5s';
/** Writing to open pages takes milliseconds; a fetch of what a page lacks comes on top. */
export const showLimit = '10s';
/** A round that looks at thousands of contacts one by one; a dead worker is found out long before. */
export const watchRoundLimit = '30 minutes';
/** A round that came to no answer is gone again after this. */
export const watchAgainAfterMs = 2_000;
/** The pause between two rounds, however long the first took. */
export const leastWatchPauseMs = 100;
/** A platform is given ten seconds; a dead worker is found out long before. */
export const platformCallLimit = '15s';
/** A worker that was killed is found out after this; what it was giving is given again. */
export const platformHeartbeat = '3s';
/** How long lanes start nothing, so that what is on its way can settle before a new run. */
export const holdMs = 2_000;
/** How often the moment of the last activity is published at most. */
export const activityPublishMs = 60_000;
/** A customer's workflow that nobody asked for this long ends; the thread itself goes on. */
export const customerIdle = '30 days';
/** How long a thread goes by the policy that it knows before it looks for a newer one. */
export const policyFreshMs = 1_000;
/** A look at the worker's own configuration. */
export const policyLookLimit = '2s';
/** One try at what the engine itself has to do; tried again for as long as it takes. */
export const engineCallLimit = '30s';
