import { api, type Fault, type FaultOrder } from './api.js';
import type { Desk } from './desk.js';
import { h, showItems } from './dom.js';

/** The calls that faults are ordered for, as the list offers them. */
const calls = [
  { match: 'createMessage', label: 'messages: POST …/messages' },
  { match: 'searchMessages', label: 'look-ups of messages: GET messages' },
  { match: 'updateContactStatus', label: 'a contact’s status: PUT contacts/…/status' },
  { match: 'abandonContact', label: 'abandoned contacts: POST contacts/…/abandon' },
  { match: 'getContact', label: 'looks at a contact: GET contacts/…' },
  { match: 'listContacts', label: 'lists of contacts: GET contacts' },
  { match: 'updateThread', label: 'a thread’s flag: PUT …/threads/…' },
  { match: 'listThreads', label: 'lists of threads: GET threads' },
  { match: '/dfo/3.0/*', label: 'every DFO call' },
] as const;

interface Switch {
  readonly label: string;
  readonly says: string;
  /** Without `match` it hits the calls that are chosen. */
  readonly order: Omit<FaultOrder, 'match'> & Partial<Pick<FaultOrder, 'match'>>;
}

const switches: readonly Switch[] = [
  {
    label: 'Slow',
    says: 'Two seconds longer',
    order: { kind: 'delay', delayMs: 2000 },
  },
  {
    label: 'Too many requests',
    says: '429 with Retry-After: 3',
    order: { kind: 'status', status: 429, retryAfterSeconds: 3 },
  },
  {
    label: 'Server error',
    says: '500, nothing is done',
    order: { kind: 'status', status: 500 },
  },
  {
    label: 'Cut before the work',
    says: 'The connection breaks, nothing is done',
    order: { kind: 'reset-before' },
  },
  {
    label: 'Cut after the work',
    says: 'It is done, the answer is lost',
    order: { kind: 'reset-after' },
  },
  {
    label: 'Unreadable answer',
    says: 'It is done, the 200 makes no sense',
    order: { kind: 'garbage' },
  },
  {
    label: 'Expired token',
    says: '401',
    order: { kind: 'expired-token' },
  },
  {
    label: 'Replies twice',
    says: 'Each reply is sent to the middleware twice at once',
    order: { match: 'box*', kind: 'duplicate-call' },
  },
];

const orderOf = ({ order }: Switch, chosen: string): FaultOrder => ({ match: chosen, ...order });
const isOrder = (fault: Fault, order: FaultOrder): boolean =>
  fault.match === order.match && fault.kind === order.kind && fault.status === order.status;

/** Says whether a fault has hit as often as it was to. */
export const isUsedUp = (fault: Fault): boolean =>
  fault.times !== undefined && fault.hits >= fault.times;

/** Is the part of the tools panel that orders faults. */
export interface FaultSwitches {
  readonly elements: readonly HTMLElement[];
  /** Shows the faults that are on: those for the chosen calls at their switches, the others below. */
  draw(on: readonly Fault[]): void;
}

/** Mounts the switches, and the choices for which calls and how often they hold. */
export function mountFaultSwitches(desk: Desk): FaultSwitches {
  let shown: readonly Fault[] = [];
  const which = h(
    'select',
    { id: 'which-calls', onchange: () => draw(shown) },
    ...calls.map(({ match, label }) => h('option', { value: match }, label)),
  );
  const often = h(
    'select',
    { id: 'often' },
    h('option', { value: '' }, 'until switched off'),
    h('option', { value: '1' }, 'for the next call'),
    h('option', { value: '3' }, 'for the next three calls'),
  );
  const switchList = h('ul', { class: 'switches' });
  const otherList = h('ul', { class: 'others' });

  const isAt = (item: Switch, fault: Fault): boolean => isOrder(fault, orderOf(item, which.value));

  function flip(item: Switch, isOn: boolean): Promise<void> {
    const order = orderOf(item, which.value);
    return desk.attempt(`“${item.label}”`, async () => {
      for (const fault of desk.faults) if (isOrder(fault, order)) await api.removeFault(fault.id);
      if (isOn)
        await api.addFault({
          ...order,
          ...(often.value === '' ? {} : { times: Number(often.value) }),
        });
    });
  }

  function draw(on: readonly Fault[]): void {
    shown = on;
    showItems(
      switchList,
      switches.map((item) => ({ ...item, fault: on.find((fault) => isAt(item, fault)) ?? null })),
      ({ label }) => label,
      (item) => renderSwitch(item, item.fault, (isOn) => void flip(item, isOn)),
    );
    showItems(
      otherList,
      on.filter((fault) => !switches.some((item) => isAt(item, fault))),
      ({ id }) => id,
      (fault) =>
        renderOther(
          fault,
          () => void desk.attempt('Switching off', () => api.removeFault(fault.id)),
        ),
    );
  }

  return {
    elements: [
      h('p', { class: 'field wide' }, h('label', { for: 'which-calls' }, 'A switch is for'), which),
      h('p', { class: 'field' }, h('label', { for: 'often' }, 'It holds'), often),
      switchList,
      otherList,
    ],
    draw,
  };
}

function renderSwitch(
  item: Switch,
  fault: Fault | null,
  flip: (isOn: boolean) => void,
): HTMLElement {
  const id = `fault-${item.label.toLowerCase().replaceAll(' ', '-')}`;
  const control: HTMLButtonElement = h('button', {
    type: 'button',
    role: 'switch',
    id,
    class: 'switch',
    'aria-checked': fault ? 'true' : 'false',
    'aria-label': item.label,
    'aria-describedby': `${id}-says`,
    onclick: () => flip(fault === null),
  });
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'switch-text' },
      h('b', {}, item.label),
      h('span', { id: `${id}-says` }, item.says),
      fault !== null && h('span', { class: 'hits' }, hitsOf(fault)),
    ),
    control,
  );
}

/** Shows a fault for other calls than the chosen ones, or one that no switch orders. */
function renderOther(fault: Fault, remove: () => void): HTMLElement {
  const label = switches.find(({ order }) =>
    isOrder(fault, { match: fault.match, ...order }),
  )?.label;
  const call = calls.find(({ match }) => match === fault.match)?.label;
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'switch-text' },
      h('b', {}, label ?? fault.kind),
      h('span', {}, call ?? fault.match),
      h('span', { class: 'hits' }, hitsOf(fault)),
    ),
    h('button', { type: 'button', class: 'link', onclick: remove }, 'Switch off'),
  );
}

function hitsOf({ hits, times }: Fault): string {
  return `Hit ${hits}${times === undefined ? '' : `, ${times - hits} to go`}`;
}
