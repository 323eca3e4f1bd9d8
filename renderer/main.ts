/**
 * Entry of every window. Which one this is stands in the address (`?window=quick-send|main`), so that quick-send is
 * drawn before anything was asked; the main window's parts are only fetched by the main window.
 */
import './ui/tokens.css';
import './ui/base.css';
import { mount } from 'svelte';
import type { WindowKind } from '../shared/ipc/contract.ts';
import QuickSendWindow from './app/QuickSendWindow.svelte';
import { Session } from './app/session.svelte.ts';
import { type Client, createClient, disconnectedClient } from './lib/bridge.ts';

const parameters = new URLSearchParams(location.search);
const kind: WindowKind = parameters.get('window') === 'quick-send' ? 'quick-send' : 'main';

async function connect(): Promise<Client> {
  if (window.outtray !== undefined) return createClient(window.outtray);
  // In a plain browser under the development server: `?fake=a-few`. Not part of the built program.
  if (import.meta.env.DEV) {
    const { createFakeClient, readScenario } = await import('./lib/fake-bridge.ts');
    document.documentElement.dir = parameters.get('dir') ?? 'ltr';
    return createFakeClient(readScenario(parameters));
  }
  return disconnectedClient;
}

function start(client: Client): void {
  const target = document.getElementById('window');
  if (target === null) return;
  const session = new Session(client);
  session.start();
  reportErrors(client);

  const onready = () => void client.call('app.mark', { name: 'interactive' });
  if (kind === 'quick-send') mount(QuickSendWindow, { target, props: { session, onready } });
  else {
    void import('./app/MainWindow.svelte').then(({ default: MainWindow }) => {
      mount(MainWindow, { target, props: { session, onready } });
      markFirstPaint(client);
    });
    return;
  }
  markFirstPaint(client);
}

/** The second frame after mounting is the first that shows it. A hidden window may draw no frames: then after 200 ms. */
function markFirstPaint(client: Client): void {
  let marked = false;
  const mark = () => {
    if (marked) return;
    marked = true;
    void client.call('app.mark', { name: 'first-paint' });
  };
  requestAnimationFrame(() => requestAnimationFrame(mark));
  setTimeout(mark, 200);
}

function reportErrors(client: Client): void {
  const report = (text: string) => void client.call('app.log', { level: 'error', text: text.slice(0, 2000) });
  // Only where it happened: the text of an error may quote what a person wrote.
  window.addEventListener('error', (event) =>
    report(`error at ${event.filename}:${event.lineno}:${event.colno}`),
  );
  window.addEventListener('unhandledrejection', () => report('unhandled rejection'));
}

if (window.outtray !== undefined) start(createClient(window.outtray));
else void connect().then(start);
