/** What the tray shows, from what is known. Pure: `platform/tray.ts` draws it. */
import { type MessageKey, type MessageValues, translate } from '../../shared/i18n/translate.ts';
import type { StatusView } from '../../shared/ipc/contract.ts';

export const trayIcons = ['idle', 'waiting', 'problem', 'paused', 'offline'] as const;
export type TrayIconName = (typeof trayIcons)[number];

export const trayActions = ['new-message', 'open', 'outbox', 'pause', 'resume', 'settings', 'quit'] as const;
export type TrayAction = (typeof trayActions)[number];

export type TrayEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'label'; readonly label: string }
  | {
      readonly kind: 'action';
      readonly action: TrayAction;
      readonly label: string;
      readonly enabled: boolean;
    };

export interface TrayModel {
  readonly icon: TrayIconName;
  readonly tooltip: string;
  readonly menu: readonly TrayEntry[];
}

/** Texts that are on their way out, and texts that wait for a person. */
export function trayModel(status: StatusView): TrayModel {
  const { counts, sending, mode } = status;
  const waiting = counts.waiting + counts.sending;
  const attention = counts.maybeSent + counts.needsDecision;
  const paused = sending.state === 'paused';
  const accountProblem = paused && sending.pauseReason !== 'person';

  const [icon, key, count] = ((): [TrayIconName, MessageKey, number] => {
    if (mode === 'unset') return ['idle', 'tray.tooltip.unset', 0];
    if (accountProblem) return ['problem', 'tray.tooltip.account', waiting];
    if (attention > 0) return ['problem', 'tray.tooltip.problem', attention];
    if (paused) return ['paused', 'tray.tooltip.paused', waiting];
    if (sending.state === 'offline') return ['offline', 'tray.tooltip.offline', waiting];
    if (waiting > 0) return ['waiting', 'tray.tooltip.waiting', waiting];
    return ['idle', 'tray.tooltip.idle', 0];
  })();

  const plain = translate(key, { count });
  const ready = mode !== 'unset';
  const menu: TrayEntry[] = [
    action('new-message', 'tray.newMessage', ready),
    action('open', 'tray.open', true),
    { kind: 'separator' },
    action('outbox', 'tray.waiting', ready, { count: waiting }),
  ];
  if (attention > 0) menu.push(action('outbox', 'tray.attention', true, { count: attention }));
  menu.push(
    paused ? action('resume', 'tray.resume', ready) : action('pause', 'tray.pause', ready),
    { kind: 'separator' },
    action('settings', 'tray.settings', true),
    { kind: 'separator' },
    action('quit', 'tray.quit', true),
  );
  if (mode === 'practice')
    menu.unshift({ kind: 'label', label: translate('tray.practice') }, { kind: 'separator' });
  return {
    icon,
    tooltip: mode === 'practice' ? translate('tray.tooltip.practice', { tooltip: plain }) : plain,
    menu,
  };
}

function action(name: TrayAction, key: MessageKey, enabled: boolean, values?: MessageValues): TrayEntry {
  return { kind: 'action', action: name, label: translate(key, values), enabled };
}
