import { api, type Fault, type FaultOrder, type Violation } from './api.js';
import type { Desk } from './desk.js';
import { find, h, showItems } from './dom.js';
import { timeOf } from './moments.js';
import { replyForm, setReplyForm } from './preferences.js';

interface Switch {
  readonly label: string;
  readonly says: string;
  readonly order: FaultOrder;
}

const switches: readonly Switch[] = [
  {
    label: 'Slow',
    says: 'Every DFO call takes two seconds longer',
    order: { match: '/dfo/3.0/*', kind: 'delay', delayMs: 2000 },
  },
  {
    label: 'Too many requests',
    says: 'Messages get 429 with Retry-After: 3',
    order: { match: 'createMessage', kind: 'status', status: 429, retryAfterSeconds: 3 },
  },
  {
    label: 'Server error',
    says: 'Messages get 500, nothing is stored',
    order: { match: 'createMessage', kind: 'status', status: 500 },
  },
  {
    label: 'Cut before the work',
    says: 'The connection breaks, nothing is stored',
    order: { match: 'createMessage', kind: 'reset-before' },
  },
  {
    label: 'Cut after the work',
    says: 'The message is stored, its answer is lost',
    order: { match: 'createMessage', kind: 'reset-after' },
  },
  {
    label: 'Unreadable answer',
    says: 'The message is stored, the 200 makes no sense',
    order: { match: 'createMessage', kind: 'garbage' },
  },
  {
    label: 'Expired token',
    says: 'Messages get 401',
    order: { match: 'createMessage', kind: 'expired-token' },
  },
  {
    label: 'Replies twice',
    says: 'Each reply is sent to the middleware twice at once',
    order: { match: 'box*', kind: 'duplicate-call' },
  },
];

const isOrder = (fault: Fault, order: FaultOrder): boolean =>
  fault.match === order.match && fault.kind === order.kind && fault.status === order.status;
const isUsedUp = (fault: Fault): boolean => fault.times !== undefined && fault.hits >= fault.times;

/** Mounts the panel of fault switches and violations, with the button that shows it. */
export function mountToolsPanel(desk: Desk): void {
  const panel = find('tools');
  const toggle = find('tools-toggle');
  const often = h(
    'select',
    { id: 'often' },
    h('option', { value: '' }, 'until switched off'),
    h('option', { value: '1' }, 'for the next call'),
    h('option', { value: '3' }, 'for the next three calls'),
  );
  const switchList = h('ul', { class: 'switches' });
  const otherList = h('ul', { class: 'others' });
  const violationList = h('ul', { class: 'violations' });
  const noViolation = h(
    'p',
    { class: 'empty' },
    'None. Nothing came twice, late, or without an id.',
  );
  const formSelect = h(
    'select',
    { id: 'reply-form', onchange: () => setReplyForm(formSelect.value === 'v2' ? 'v2' : 'v1') },
    h('option', { value: 'v1' }, 'v1: posts/…/messages'),
    h('option', { value: 'v2' }, 'v2: channel/…/outbound'),
  );
  formSelect.value = replyForm();

  const act = (what: string, work: () => Promise<unknown>) => () => void desk.attempt(what, work);
  panel.append(
    h('h2', {}, 'Violations'),
    violationList,
    noViolation,
    h(
      'div',
      { class: 'pane-head section' },
      h('h2', {}, 'Faults'),
      h(
        'button',
        { type: 'button', class: 'link', onclick: act('Switching off', api.clearFaults) },
        'Switch all off',
      ),
    ),
    h('p', { class: 'field' }, h('label', { for: 'often' }, 'A switch holds'), often),
    switchList,
    otherList,
    h(
      'div',
      { class: 'row' },
      h(
        'button',
        { type: 'button', class: 'button', onclick: act('Expiring', api.expireTokens) },
        'Expire CXone’s tokens',
      ),
      h(
        'button',
        { type: 'button', class: 'button', onclick: act('Forgetting', api.forgetBoxToken) },
        'Forget the box’s token',
      ),
    ),
    h('h2', {}, 'Replies'),
    h('p', { class: 'field' }, h('label', { for: 'reply-form' }, 'Form'), formSelect),
  );

  function flip({ label, order }: Switch, isOn: boolean): Promise<void> {
    return desk.attempt(`“${label}”`, async () => {
      for (const fault of desk.faults) if (isOrder(fault, order)) await api.removeFault(fault.id);
      if (isOn)
        await api.addFault({
          ...order,
          ...(often.value === '' ? {} : { times: Number(often.value) }),
        });
    });
  }

  function draw(): void {
    const on = desk.faults.filter((fault) => !isUsedUp(fault));
    showItems(
      switchList,
      switches.map((item) => ({
        ...item,
        fault: on.find((fault) => isOrder(fault, item.order)) ?? null,
      })),
      ({ label }) => label,
      (item) => renderSwitch(item, item.fault, (isOn) => void flip(item, isOn)),
    );
    const others = on.filter((fault) => !switches.some(({ order }) => isOrder(fault, order)));
    showItems(
      otherList,
      others,
      ({ id }) => id,
      (fault) =>
        renderOther(
          fault,
          act('Switching off', () => api.removeFault(fault.id)),
        ),
    );
    showItems(violationList, desk.violations.toReversed(), ({ id }) => id, renderViolation);
    noViolation.hidden = desk.violations.length > 0;
    const count = desk.violations.length;
    toggle.replaceChildren(
      'Faults and violations ',
      on.length > 0 ? h('span', { class: 'count on' }, `${on.length} on`) : '',
      ' ',
      count > 0
        ? h('span', { class: 'count bad' }, `${count} ${count === 1 ? 'violation' : 'violations'}`)
        : '',
    );
  }

  toggle.addEventListener('click', () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute('aria-expanded', String(!panel.hidden));
    document.body.classList.toggle('with-tools', !panel.hidden);
  });
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    toggle.click();
    toggle.focus();
  });
  desk.onChange(draw);
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
  const left = fault?.times === undefined ? '' : `, ${fault.times - fault.hits} to go`;
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'switch-text' },
      h('b', {}, item.label),
      h('span', { id: `${id}-says` }, item.says),
      fault !== null && h('span', { class: 'hits' }, `Hit ${fault.hits}${left}`),
    ),
    control,
  );
}

function renderOther(fault: Fault, remove: () => void): HTMLElement {
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'switch-text' },
      h('b', {}, fault.kind),
      h('span', {}, fault.match),
      h('span', { class: 'hits' }, `Hit ${fault.hits}`),
    ),
    h('button', { type: 'button', class: 'link', onclick: remove }, 'Switch off'),
  );
}

const names: Readonly<Record<string, string>> = {
  'duplicate-message': 'The same message twice',
  'message-after-close': 'A message after the close',
  'message-on-ended-thread': 'A message on an ended thread',
  'box-answers-differ': 'Two ids for one reply',
  'box-answer-unreadable': 'A reply’s answer without an id',
};

function renderViolation(violation: Violation): HTMLElement {
  const facts = Object.entries(violation.facts).map(([name, value]) =>
    h('span', {}, h('b', {}, `${name} `), String(value)),
  );
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'violation-head' },
      h('b', {}, names[violation.kind] ?? violation.kind),
      h('time', { datetime: violation.at }, timeOf(violation.at)),
    ),
    h('p', {}, violation.message),
    h('p', { class: 'facts' }, ...facts),
  );
}
