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
  readonly lastSeq: () => number;
}): PageActs {
  const { feed, saw, lastSeq } = world;
  return {
    settleShow(gateway, isAnswerLost) {
      const { show } = gateway;
      if (show === null || (show.isShown === null && gateway.isAlive && !isAnswerLost)) return;
      gateway.show = null;
      const isShown = show.isShown === true && gateway.isAlive && !isAnswerLost;
      saw(isShown ? 'shown' : 'not shown');
      // A gateway whose show failed although it has a page has to say again that it has.
      if (isAnswerLost) gateway.isAnnouncementOwed = true;
      feed({ type: 'showSettled', gateway: gateway.queue, isShown });
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
      const openedAfterSeq = resumeFrom % (lastSeq() + 1);
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
