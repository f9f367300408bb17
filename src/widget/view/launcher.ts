import { launcherLabel } from '../texts.js';
import { element, icon, setText } from './dom.js';

/** The button that opens the panel, with what asks for a look: unread messages, a countdown. */
export interface Launcher {
  readonly root: HTMLButtonElement;
  readonly render: (isPanelOpen: boolean, unread: number, isWarned: boolean) => void;
}

const bubble =
  'M12 3C6.5 3 2 6.6 2 11c0 2.3 1.2 4.4 3.2 5.8L4.5 21l4.4-2.4c1 .3 2 .4 3.1.4 5.5 0 10-3.6 10-8s-4.5-8-10-8z';
const mostShown = 9;

/** Creates the launcher; `panelId` is the id of what it opens. */
export function createLauncher(panelId: string, onOpen: () => void): Launcher {
  const badge = element('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
  const root = element(
    'button',
    { class: 'launcher', type: 'button', 'aria-controls': panelId, 'aria-haspopup': 'dialog' },
    [icon(bubble), badge],
  );
  root.addEventListener('click', onOpen);
  return {
    root,
    render: (isPanelOpen, unread, isWarned) => {
      root.hidden = isPanelOpen;
      root.setAttribute('aria-expanded', String(isPanelOpen));
      root.setAttribute('aria-label', launcherLabel(unread, isWarned));
      badge.hidden = unread === 0 && !isWarned;
      setText(badge, badgeText(unread));
    },
  };
}

/** A countdown that runs beside a closed panel asks for a look, too. */
function badgeText(unread: number): string {
  if (unread === 0) {
    return '!';
  }
  return unread > mostShown ? `${mostShown}+` : String(unread);
}
