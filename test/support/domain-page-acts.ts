import type { ThreadState } from '../../src/domain/thread-state.js';
import type { NewThreadEvent } from './domain-builders.js';
import type { ModelGateway } from './domain-gateways.js';

/** What gateways and their pages do that the thread is told of. */
export interface PageActs {
  readonly settleShow: (gateway: ModelGateway, isAnswerLost: boolean) => void;
  readonly announce: (gateway: ModelGateway) => void;
  readonly openPage: (gateway: ModelGateway, resumeFrom: number) => void;
  readonly closePage: (gateway: ModelGateway, change: 'gone' | 'left') => void;
}

export function createPageActs(world: {
  readonly feed: (event: NewThreadEvent) => void;
  readonly saw: (what: string) => void;
  readonly state: () => ThreadState;
}): PageActs {
  const { feed, saw, state } = world;
  return {
    settleShow(gateway, isAnswerLost) {
      const { show } = gateway;
      if (show === null || (show.isShown === null && gateway.isAlive && !isAnswerLost)) return;
      gateway.show = null;
      const isAnswered = gateway.isAlive && !isAnswerLost;
      const outcome = isAnswered ? (show.isShown ? 'shown' : 'noPage') : 'unanswered';
      saw(outcome);
      if (isAnswerLost) gateway.isAnnouncementOwed = true;
      feed({ type: 'showSettled', gateway: gateway.queue, outcome });
      // A gateway that has a page although the thread gave up on it has to say so again.
      if (isAnswerLost) gateway.isAnnouncementOwed = !(gateway.queue in state().pages);
    },

    announce(gateway) {
      gateway.isAnnouncementOwed = false;
      if (gateway.pages.length === 0) return;
      feed({ type: 'presence', gateway: gateway.queue, change: 'opened' });
      for (const page of gateway.pages) page.isFetchOwed = true;
    },

    openPage(gateway, resumeFrom) {
      if (!gateway.isAlive) return;
      if (gateway.show !== null) saw('opened during a show');
      const openedAfterSeq = resumeFrom % (state().lastSeq + 1);
      gateway.pages.push({ openedAfterSeq, received: [], isFetchOwed: true });
      feed({ type: 'presence', gateway: gateway.queue, change: 'opened' });
    },

    closePage(gateway, change) {
      gateway.pages.shift();
      if (gateway.isAlive && gateway.pages.length === 0) {
        feed({ type: 'presence', gateway: gateway.queue, change });
      }
    },
  };
}
