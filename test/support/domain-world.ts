import { isDeepStrictEqual } from 'node:util';
import { contactUpdateRule } from '../../src/domain/budget.js';
import { frontOf } from '../../src/domain/contact-centre-lane.js';
import { archiveLog } from '../../src/domain/customer-log.js';
import type { MessageId } from '../../src/domain/ids.js';
import type { CustomerEvent, ThreadEnder, Verdict } from '../../src/domain/messages.js';
import { followedForMs } from '../../src/domain/pages.js';
import { isQuiet, nextWakeAtMs, transition } from '../../src/domain/thread.js';
import type {
  ContactSighting,
  Effect,
  LoggedEvent,
  ThreadState,
} from '../../src/domain/thread-state.js';
import { deepFreeze, isUpdate, type NewThreadEvent, nameOf, startMs } from './domain-builders.js';
import type { Command, DeliveryFate, Fate } from './domain-commands.js';
import { createModelContactCentre, otherContact, ownContact } from './domain-contact-centre.js';
import { createEndWatch } from './domain-end-watch.js';
import {
  checkPages,
  createModelGateways,
  fetchOwed,
  insist,
  isResting,
  isSomebodyWaiting,
  isWaiting,
  type ModelGateway,
  readAfter,
  takeShow,
} from './domain-gateways.js';
import { createPageActs } from './domain-page-acts.js';
import { createModelPlatform } from './domain-platform.js';
import { createQuotationWatch } from './domain-quotations.js';
import { checkRest } from './domain-rest.js';
import { checkStory } from './domain-story.js';
import { createTalk } from './domain-talk.js';
import { beginThread, type Sightings, type World, type WorldRules } from './domain-world-rules.js';

type ContactCentreEffect = Extract<Effect, { lane: 'contactCentre' }>;

/**
 * Makes a contact centre, gateways with pages and a clock around one thread, which holds the thread
 * to what it owes at every step. The contact centre knows no repeats: what is posted twice is there
 * twice.
 */
export function createWorld(
  { handOver, updates, idleAfterMs, delivery }: WorldRules,
  sightings: Sightings = {},
): World {
  let state = deepFreeze(beginThread(updates, idleAfterMs, delivery));
  let updatesLeft = updates;
  let nowMs = startMs;
  let flight: (ContactCentreEffect & { readonly startedAtMs: number }) | null = null;
  let notBeforeMs = 0;
  let isBlocking = false;
  const runs = new Map<string, ThreadState>();
  const log: CustomerEvent[] = [];
  const gateways = createModelGateways(3);
  const verdicts = new Map<MessageId, Verdict>();
  /** Messages, and names of other tasks, that an operator gave up. */
  const givenUp = new Set<string>();
  const centre = createModelContactCentre();

  const saw = (what: string) => void (sightings[what] = (sightings[what] ?? 0) + 1);
  const end = createEndWatch(saw);
  const platform = delivery === 'platform' ? createModelPlatform(saw) : null;
  const read = (afterSeq: number): CustomerEvent[] => readAfter(state, runs, afterSeq);
  const gatewayAt = (index: number): ModelGateway => {
    const gateway = gateways[index % gateways.length];
    if (gateway === undefined) throw new TypeError('no gateway');
    return gateway;
  };

  const talk = createTalk({ feed, saw, nowMs: () => nowMs, gatewayAt, log, end, platform });
  const { accepted, acceptedAtMs, answers } = talk;
  const quotations = createQuotationWatch({ saw, log, answers, verdicts });

  function feed(event: NewThreadEvent): void {
    const before = state;
    const at = deepFreeze({ ...event, atMs: nowMs });
    const next = deepFreeze(transition(before, at));
    insist(isDeepStrictEqual(transition(before, at), next), 'the same event gave something else');
    state = next.state;
    const copied: unknown = JSON.parse(JSON.stringify(state));
    insist(isDeepStrictEqual(copied, state), 'the state did not survive JSON');
    note(
      before,
      state.log.filter((logged) => logged.seq > before.lastSeq),
    );
    for (const effect of next.effects) start(effect);
    const wakeAtMs = nextWakeAtMs(state);
    if (event.type !== 'tick' && wakeAtMs !== undefined && wakeAtMs <= nowMs) {
      feed({ type: 'tick' });
      return;
    }
    checkRest(state, { nowMs, isCallInFlight: flight !== null, gateways });
    if (handOver === 'always') continueAsNew(0);
  }

  function note(before: ThreadState, added: readonly LoggedEvent[]): void {
    insist(added.length === state.lastSeq - before.lastSeq, 'the log lacks what it counted');
    for (const { shownBy, ...event } of added) {
      insist(event.seq === log.length + 1, `number ${event.seq} after ${log.length}`);
      log.push(event);
      if (event.type === 'message') quotations.note(event, before);
      if (event.type === 'message-status') noteVerdict(event.id, event.status);
      if (event.type === 'state')
        end.note(event, log, nowMs, {
          countdownMs: state.policy.countdownMs,
          isSomebodyWaiting: platform?.isSomebodyWaiting(log) ?? isSomebodyWaiting(log, gateways),
        });
      if (shownBy === undefined) continue;
      const since = acceptedAtMs.get('id' in event ? event.id : '') ?? 0;
      insist(nowMs - since < followedForMs, `${shownBy} follows ${event.seq} no more`);
      const follower = gateways.find((gateway) => gateway.queue === shownBy);
      for (const page of follower?.pages ?? []) page.isFetchOwed = true;
    }
  }

  function noteVerdict(id: MessageId, verdict: Verdict): void {
    insist(!verdicts.has(id), `a second verdict on ${id}`);
    verdicts.set(id, verdict);
    saw(verdict);
    if (verdict === 'sent') insist(centre.has(id), `${id} is called sent and is not there`);
    else insist(!centre.has(id) || givenUp.has(id), `${id} is called ${verdict} and is there`);
  }

  function start(effect: Effect): void {
    if (effect.lane === 'customerBlock') {
      insist(!isBlocking && end.by === 'agent', 'a customer is blocked for nothing, or twice');
      isBlocking = true;
      return saw('block');
    }
    if (effect.lane === 'customer') {
      const gateway = gateways.find(({ queue }) => queue === effect.gateway);
      insist(gateway?.show === null, `a second show at ${effect.gateway}`);
      const isProbe = effect.events.length === 0;
      insist(!isProbe || (end.by === null && isWaiting(log)), 'a page is asked for nothing');
      if (isProbe) saw('probe');
      insist(!effect.events.some((event) => 'shownBy' in event), 'the page is told who shows it');
      if (gateway) gateway.show = { events: effect.events, isShown: null };
      return;
    }
    if (effect.lane === 'platform') {
      insist(platform !== null, 'a delivery without a platform');
      return platform?.start(effect.event, log, nowMs);
    }
    startCall(effect);
  }

  function startCall(effect: ContactCentreEffect): void {
    const { task, contact, check } = effect;
    insist(flight === null, 'a second call at once');
    insist(nowMs >= notBeforeMs, `${nameOf(task)} before Retry-After`);
    insist(contact === state.contact, 'the call names another contact');
    if (task.kind === 'post' && task.stage === 'post') {
      insist(!end.isPostingOver, `${task.message.id} is posted after the end`);
    }
    if (task.kind !== 'post' && task.kind !== 'report') {
      const open = accepted.filter((id) => !verdicts.has(id));
      insist(open.length === 0, `${nameOf(task)} before the verdict on ${open[0]}`);
    }
    if (isUpdate(task)) updatesLeft -= 1;
    const regained = (nowMs - startMs) / contactUpdateRule.refillMs;
    insist(updatesLeft + regained > -0.001, 'more updates than the budget allows');
    insist(check === 'none' || contact !== null, 'a look at no contact');
    quotations.checkCall(effect);
    flight = { ...effect, startedAtMs: nowMs };
  }

  function settleCall(fate: Fate): void {
    if (flight === null) return;
    const call = flight;
    const { task, startedAtMs, contact, check } = call;
    flight = null;
    const isLooked = contact !== null && check !== 'none';
    const met: Fate =
      fate.kind === 'contactEnded' && !isLooked
        ? { kind: 'done', indexLagMs: 0, names: null }
        : fate;
    const looked = {
      contact: contact ?? ownContact,
      knownAtMs: end.knownStatusAtMs,
      endedContacts: state.closed?.endedContacts ?? [],
    };
    const outcome = centre.meet(met, task, startedAtMs, nowMs, looked);
    saw(`${task.kind === 'post' ? task.stage : task.kind} ${outcome.kind}`);
    if (outcome.kind === 'rejected') quotations.noteRefusal(call);
    if (outcome.kind === 'contactEnded') end.believe(outcome.sighting, state.contact, nowMs);
    if (task.kind === 'post') end.notePosted(outcome, state);
    if (outcome.kind === 'deferred') notBeforeMs = nowMs + (outcome.retryAfterMs ?? 0);
    feed({ type: 'contactCentreSettled', outcome });
  }

  function tellContact({ status, isOther, isOld }: Extract<Command, { type: 'sighting' }>): void {
    const own = state.contact ?? ownContact;
    const contact = isOther === (own === ownContact) ? otherContact : ownContact;
    const statusUpdatedAtMs = isOld ? (end.knownStatusAtMs ?? nowMs) - 1 : nowMs;
    const sighting: ContactSighting = { contact, status, statusUpdatedAtMs };
    const wasEnded = end.by;
    const mustEnd = end.believe(sighting, state.contact, nowMs);
    feed({ type: 'contactSeen', sighting });
    if (mustEnd) insist(end.by !== null, 'the end of the contact does not end the thread');
    else insist(end.by === wasEnded, 'something else ends the thread');
  }

  const { settleShow, announce, openPage, closePage } = createPageActs({
    feed,
    saw,
    state: () => state,
  });

  function settleDelivery(fate: DeliveryFate): void {
    const outcome = platform?.settle(fate, nowMs) ?? null;
    if (outcome !== null) feed({ type: 'deliverySettled', outcome });
  }

  function tellWhereabouts(change: 'left' | 'returned'): void {
    if (platform !== null) platform.isAway = change === 'left';
    feed({ type: 'whereabouts', change, changedAtMs: nowMs });
  }

  function endBy(by: ThreadEnder): void {
    if (by !== 'customer') end.isPostingOver = true;
    if (end.by !== null) saw('second end');
    feed({ type: 'end', by });
    insist(end.by !== null, 'an end does not end it');
  }

  function repair(action: 'retry' | 'giveUp'): void {
    const current = frontOf(state);
    if (!state.contactCentreLane.isInFlight) {
      notBeforeMs = 0;
      if (action === 'giveUp' && current !== null) {
        givenUp.add(current.kind === 'post' ? current.message.id : nameOf(current));
      }
    }
    platform?.repair(action, state, log);
    feed({ type: 'repair', action });
  }

  /** Hands over to a new run, as the workflow does it: at a quiet moment, as JSON, with a tick. */
  function continueAsNew(keepSize: number): void {
    if (!isQuiet(state)) return;
    const runId = `run-${runs.size + 1}`;
    runs.set(runId, state);
    const handed = archiveLog(state, runId, keepSize);
    if (handed !== state) saw('archived');
    const copied: ThreadState = JSON.parse(JSON.stringify({ ...handed, heldUntilMs: 0 }));
    state = deepFreeze(copied);
    if (handOver === 'asCommanded') feed({ type: 'tick' });
  }

  function advance(ms: number, isWorkerDown: boolean): void {
    const untilMs = nowMs + ms;
    let wakeAtMs = isWorkerDown ? undefined : nextWakeAtMs(state);
    while (wakeAtMs !== undefined && wakeAtMs <= untilMs) {
      nowMs = wakeAtMs;
      feed({ type: 'tick' });
      wakeAtMs = nextWakeAtMs(state);
    }
    nowMs = untilMs;
    if (isBlocking) feed({ type: 'blockSettled' });
    feed({ type: 'tick' });
  }

  function perform(command: Command): void {
    const isOfPages = ['openPage', 'closePage', 'announce'].includes(command.type);
    if (isOfPages && platform !== null) return;
    switch (command.type) {
      case 'inbound':
        return talk.acceptMessage(command);
      case 'reply':
        return talk.acceptReply(command);
      case 'openPage':
        return openPage(gatewayAt(command.gateway), command.resumeFrom);
      case 'closePage':
        return closePage(gatewayAt(command.gateway), command.change);
      case 'kill':
        gatewayAt(command.gateway).isAlive = false;
        gatewayAt(command.gateway).pages = [];
        return;
      case 'takeShow':
        return takeShow(gatewayAt(command.gateway), read);
      case 'settleShow':
        return settleShow(gatewayAt(command.gateway), command.isAnswerLost);
      case 'fetch':
        return fetchOwed(gatewayAt(command.gateway), read);
      case 'announce':
        return announce(gatewayAt(command.gateway));
      case 'settleCall':
        return settleCall(command.fate);
      case 'settleDelivery':
        return settleDelivery(command.fate);
      case 'whereabouts':
        return tellWhereabouts(command.change);
      case 'receipt':
        return feed({
          type: 'receipt',
          receipt: { kind: command.kind, upToSeq: command.upTo % (log.length + 1), atMs: nowMs },
        });
      case 'end':
        return endBy(command.by);
      case 'sighting':
        return tellContact(command);
      case 'stillHere':
        return feed({ type: 'stillHere' });
      case 'repair':
        return repair(command.action);
      case 'hold':
        return feed({ type: 'hold', untilMs: nowMs + 2_000 });
      case 'continueAsNew':
        return handOver === 'asCommanded' ? continueAsNew(command.keepSize) : undefined;
      case 'advance':
        return advance(command.ms, command.isWorkerDown);
    }
  }

  function isBusy(): boolean {
    return (
      flight !== null ||
      platform?.isInFlight() === true ||
      state.block?.standing === 'inFlight' ||
      (nextWakeAtMs(state) !== undefined && !isResting(state, log, gateways)) ||
      gateways.some((gateway) => gateway.show !== null || gateway.isAnnouncementOwed)
    );
  }

  function drain(): void {
    for (let round = 0; isBusy(); round += 1) {
      insist(round < 2_000, 'the thread never comes to rest');
      for (const gateway of gateways) {
        takeShow(gateway, read);
        settleShow(gateway, false);
        if (gateway.isAnnouncementOwed) announce(gateway);
      }
      const names = state.contact === otherContact ? 'other' : 'own';
      settleCall({ kind: 'done', indexLagMs: 0, names });
      settleDelivery({ kind: 'taken' });
      if (isBlocking) feed({ type: 'blockSettled' });
      const wakeAtMs = nextWakeAtMs(state);
      if (wakeAtMs === undefined || isResting(state, log, gateways)) continue;
      nowMs = wakeAtMs;
      feed({ type: 'tick' });
    }
    for (const gateway of gateways) fetchOwed(gateway, read);
    checkStory({
      accepted,
      verdicts,
      givenUp,
      ...talk.counts(),
      ended: end.by,
      isPostingOver: end.isPostingOver,
      stored: centre.stored,
      calls: centre.calls,
      isOpenThere: centre.isOpen(),
      isContactLive: state.contact !== null && centre.isLive(state.contact),
      log,
      state,
    });
    insist(isDeepStrictEqual(read(0), log), 'the thread tells another story than it told');
    for (const gateway of gateways) checkPages(gateway, log);
    platform?.check(log, state, (call) => centre.calls.includes(call) || givenUp.has(call));
  }

  return {
    perform,
    drain,
    outcome: () => ({
      log,
      stored: centre.stored,
      calls: centre.calls,
      pages: gateways.flatMap(({ pages }) => pages.map(({ received }) => received)),
    }),
  };
}
