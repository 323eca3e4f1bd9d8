import { describe, expect, test } from 'vitest';
import type { StatusView } from '../../shared/ipc/contract.ts';
import { trayModel } from './tray-model.ts';

const idle: StatusView = {
  mode: 'live',
  sending: {
    state: 'running',
    pauseReason: null,
    pauseText: null,
    until: null,
    nextTry: null,
    trouble: null,
  },
  counts: { waiting: 0, sending: 0, maybeSent: 0, needsDecision: 0, total: 0 },
  credential: { key: 'stored', store: 'strong' },
  tray: 'present',
  version: '0.1.0',
};
const counts = (part: Partial<StatusView['counts']>): StatusView['counts'] => ({ ...idle.counts, ...part });
const sending = (part: Partial<StatusView['sending']>): StatusView['sending'] => ({
  ...idle.sending,
  ...part,
});

describe('trayModel', () => {
  test.each<[string, Partial<StatusView>, string]>([
    ['nothing to do', {}, 'idle'],
    ['texts wait', { counts: counts({ waiting: 2, sending: 1 }) }, 'waiting'],
    ['a person is needed', { counts: counts({ maybeSent: 1 }) }, 'problem'],
    ['paused by a person', { sending: sending({ state: 'paused', pauseReason: 'person' }) }, 'paused'],
    ['paused by the gateway', { sending: sending({ state: 'paused', pauseReason: 'no-credit' }) }, 'problem'],
    ['no line', { sending: sending({ state: 'offline' }), counts: counts({ waiting: 1 }) }, 'offline'],
  ])('%s', (_name, part, icon) => {
    expect(trayModel({ ...idle, ...part }).icon).toBe(icon);
  });

  test('the menu: new message, open, what waits, pause, settings, quit', () => {
    const { menu } = trayModel({ ...idle, counts: counts({ waiting: 3 }) });
    expect(menu.flatMap((entry) => (entry.kind === 'action' ? [entry.label] : []))).toEqual([
      'New message…',
      'Open Outtray',
      '3 waiting',
      'Pause sending',
      'Settings…',
      'Quit',
    ]);
  });

  test('paused: resume takes the place of pause, also when the gateway paused', () => {
    for (const pauseReason of ['person', 'key-rejected'] as const) {
      const { menu } = trayModel({ ...idle, sending: sending({ state: 'paused', pauseReason }) });
      const actions = menu.flatMap((entry) => (entry.kind === 'action' ? [entry.action] : []));
      expect(actions).toContain('resume');
      expect(actions).not.toContain('pause');
    }
  });

  test('practice is said in the menu and the tooltip', () => {
    const model = trayModel({ ...idle, mode: 'practice' });
    expect(model.menu[0]).toMatchObject({ kind: 'label' });
    expect(model.tooltip).toContain('practice');
  });
});
