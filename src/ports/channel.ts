/** @module How a thread reaches its customer. */
import type { ThreadRef } from '../domain/ids.js';
import type { CustomerEvent } from '../domain/messages.js';

/** Pages of customers that one gateway process holds open. */
export interface Pages {
  /**
   * Shows durable events to every page of the thread that is open here.
   *
   * Must show each event once and in order of `seq`, whatever is handed in twice or late; a page
   * that lacks an earlier event fetches it first. Resolves to whether a page was open.
   */
  show(thread: ThreadRef, events: readonly CustomerEvent[]): Promise<boolean>;

  /** Shows whether an agent is typing; lost without harm. */
  showTyping(thread: ThreadRef, typing: AgentTyping): void;
}

/** An agent's typing, as a page shows it. */
export interface AgentTyping {
  readonly isTyping: boolean;
  readonly authorName?: string;
}
