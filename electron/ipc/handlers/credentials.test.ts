import { beforeEach, describe, expect, test } from 'vitest';
import { failure, type Result, success } from '../../../shared/errors.ts';
import type { AccountRunner, Accounts } from '../../core/accounts.ts';
import type { AccountFamily } from '../../core/ports.ts';
import { credentialHandlers } from './credentials.ts';
import type { OpenWorkspace, Services } from './services.ts';

const caller = { kind: 'main', webContentsId: 1 } as const;
const balance = { balance: 1, currency: null };

/** Accounts that remember what was done with them. */
class FakeAccounts {
  readonly events: string[] = [];
  works = true;
  runners: AccountRunner[] = [];
  add(family: AccountFamily, secret?: string): void {
    const id = this.runners.length + 1;
    let kept = secret;
    const credentials = {
      set: async (given: string): Promise<Result<typeof balance>> => {
        this.events.push(`check ${id}`);
        if (!this.works) return failure('key-rejected');
        kept = given;
        return success(balance);
      },
      isEmpty: () => kept === undefined,
      forget: () => {
        this.events.push(`forget ${id}`);
        kept = undefined;
      },
      view: () => ({ key: kept === undefined ? 'none' : 'stored', store: 'strong' }),
    };
    this.runners.push({ account: { id, family, label: '' }, credentials } as unknown as AccountRunner);
  }
  list = () => this.runners;
  get = (id: number | undefined) =>
    id === undefined ? this.runners[0] : this.runners.find(({ account }) => account.id === id);
  create = (_label: string, family: AccountFamily) => {
    this.add(family);
    return this.runners.at(-1);
  };
  change = async (id: number) => {
    this.events.push(`default ${id}`);
  };
  remove = async (id: number) => {
    this.events.push(`remove ${id}`);
    this.runners = this.runners.filter(({ account }) => account.id !== id);
  };
  keyChanged = async (id: number) => {
    this.events.push(`resume ${id}`);
  };
}

let live: FakeAccounts;
let practice: FakeAccounts;
let mode: 'practice' | 'live';

beforeEach(() => {
  live = new FakeAccounts();
  practice = new FakeAccounts();
  practice.add('platform', 'pretend');
  practice.add('platform', 'pretend');
  mode = 'live';
});

function handlers() {
  const workspace = (which: 'practice' | 'live') =>
    ({
      mode: which,
      accounts: (which === 'live' ? live : practice) as unknown as Accounts,
    }) as OpenWorkspace;
  return credentialHandlers({
    workspace: () => workspace(mode),
    withLive: async <T>(use: (opened: OpenWorkspace) => Promise<Result<T>>) => {
      const result = await use(workspace('live'));
      if (result.ok) mode = 'live';
      return result;
    },
  } as unknown as Services);
}
const setKey = (accountId?: number) =>
  handlers()['credentials.set'](
    { key: 'a-good-key==', allowWeakStore: false, ...(accountId === undefined ? {} : { accountId }) },
    caller,
  );
const setLogin = (accountId?: number) =>
  handlers()['credentials.setLogin'](
    {
      user: 'u',
      password: 'p',
      apiId: '1',
      allowWeakStore: false,
      ...(accountId === undefined ? {} : { accountId }),
    },
    caller,
  );

describe('in practice', () => {
  beforeEach(() => {
    mode = 'practice';
  });

  test('the pretend gateway’s key is nobody’s to change or forget', async () => {
    live.add('platform', 'mine');
    live.add('platform', 'mine');
    for (const answer of [
      await handlers()['credentials.forget']({ accountId: 2 }, caller),
      await handlers()['credentials.forget'](undefined, caller),
      await setKey(2),
      await setLogin(2),
    ]) {
      expect(answer).toEqual({ ok: false, error: { code: 'practice-key' } });
    }
    // Above all not that of the live account with the same number.
    expect([...live.events, ...practice.events]).toEqual([]);
  });

  test('a key of one’s own goes to the live account, and live begins if it works', async () => {
    live.add('platform');
    live.works = false;
    expect(await setKey()).toMatchObject({ ok: false });
    expect(mode).toBe('practice');
    live.works = true;
    expect(await setKey()).toMatchObject({ ok: true });
    expect(mode).toBe('live');
    expect(live.events).toEqual(['check 1', 'check 1', 'resume 1']);
    expect(practice.events).toEqual([]);
  });
});

describe('without an account named', () => {
  test('the one that signs in this way takes it, whichever is the default', async () => {
    live.add('central', 'login');
    live.add('platform');
    expect(await setKey()).toMatchObject({ ok: true });
    expect(await setLogin()).toMatchObject({ ok: true });
    expect(live.events).toEqual(['check 2', 'resume 2', 'check 1', 'resume 1']);
    expect(live.runners).toHaveLength(2);
  });

  test('where there is none, one is made in the place of the empty one', async () => {
    live.add('platform');
    expect(await setLogin()).toMatchObject({ ok: true });
    expect(live.events).toEqual(['check 2', 'default 2', 'remove 1']);
  });

  test('and nothing is left behind if it does not work', async () => {
    live.add('central', 'login');
    live.works = false;
    expect(await setKey()).toEqual({ ok: false, error: { code: 'key-rejected' } });
    expect(live.events).toEqual(['check 2', 'remove 2']);
    expect(live.runners).toHaveLength(1);
  });
});
