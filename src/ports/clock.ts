/** @module The time of day, so that tests can say what it is. */

/** Gives the moment, in milliseconds since the epoch. */
export type Clock = () => number;
