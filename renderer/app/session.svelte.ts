import type { AccountView, StatusView } from '../../shared/ipc/contract.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Client } from '../lib/bridge.ts';

/** What every part of a window looks at: the state of sending, the accounts and the settings, read again when main says so. */
export class Session {
  readonly client: Client;
  status = $state.raw<StatusView | undefined>(undefined);
  settings = $state.raw<Settings | undefined>(undefined);
  /** The default one first; empty until known, and before the first start is over. */
  accounts = $state.raw<readonly AccountView[]>([]);
  #statusAsked = 0;
  #accountsAsked = 0;
  #settingsAsked = 0;

  constructor(client: Client) {
    this.client = client;
  }

  get practice(): boolean {
    return this.status?.mode === 'practice';
  }

  /** Reads all and listens. Returns the function that stops listening. */
  start(): () => void {
    const stop = this.client.subscribe((push) => {
      if (push.kind === 'status-changed' || push.kind === 'window-shown') {
        void this.readStatus();
        void this.readAccounts();
      }
      if (push.kind === 'settings-changed') void this.readSettings();
    });
    void this.readStatus();
    void this.readAccounts();
    void this.readSettings();
    return stop;
  }

  /** Of several answers under way only the last asked-for counts. */
  async readStatus(): Promise<void> {
    this.#statusAsked += 1;
    const asked = this.#statusAsked;
    const answer = await this.client.call('app.status');
    if (answer.ok && asked === this.#statusAsked) this.status = answer.value;
  }

  async readAccounts(): Promise<void> {
    this.#accountsAsked += 1;
    const asked = this.#accountsAsked;
    const answer = await this.client.call('accounts.list');
    if (answer.ok && asked === this.#accountsAsked) this.accounts = answer.value;
  }

  async readSettings(): Promise<void> {
    this.#settingsAsked += 1;
    const asked = this.#settingsAsked;
    const answer = await this.client.call('settings.read');
    if (answer.ok && asked === this.#settingsAsked) this.#show(answer.value);
  }

  /** Takes a status that came as the answer to a change; anything asked for before it is older. */
  took(status: StatusView): void {
    this.#statusAsked += 1;
    this.status = status;
  }

  /** The account with this id, or the default one. */
  account(id: number | undefined): AccountView | undefined {
    return this.accounts.find((account) => account.id === id) ?? this.accounts[0];
  }

  tookSettings(settings: Settings): void {
    this.#settingsAsked += 1;
    this.#show(settings);
  }

  /** The tokens follow `color-scheme`; `system` leaves it to the computer. */
  #show(settings: Settings): void {
    this.settings = settings;
    if (typeof document !== 'undefined') document.documentElement.dataset.appearance = settings.appearance;
  }
}
