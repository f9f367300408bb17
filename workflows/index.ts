/** @module The workflows that a worker registers. */
export { canary } from './canary.js';
export { channelWatch } from './channel-watch.js';
export { customer } from './customer.js';
export { repeatWindow } from './repeat-window.js';
export { thread } from './thread.js';
