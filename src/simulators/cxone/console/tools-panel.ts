import { api, type Violation } from './api.js';
import type { Desk } from './desk.js';
import { find, h, showItems } from './dom.js';
import { isUsedUp, mountFaultSwitches } from './fault-switches.js';
import { timeOf } from './moments.js';
import { replyForm, setReplyForm } from './preferences.js';

/** Mounts the panel of fault switches and violations, with the button that shows it. */
export function mountToolsPanel(desk: Desk): void {
  const panel = find('tools');
  const toggle = find('tools-toggle');
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

  const switches = mountFaultSwitches(desk);
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
    ...switches.elements,
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

  function draw(): void {
    const on = desk.faults.filter((fault) => !isUsedUp(fault));
    switches.draw(on);
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
