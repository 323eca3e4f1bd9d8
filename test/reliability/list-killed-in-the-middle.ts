/**
 * A process that is killed while it takes in a list: `reading` while its rows are written, `sealed` right after a person's yes,
 * `making` after some slices of texts. Arguments: the database, the moment.
 */
import { openDatabase } from '../../electron/db/open.ts';
import { AccountStore } from '../../electron/db/stores/accounts.ts';
import { SqliteListStore } from '../../electron/db/stores/lists.ts';

const [path, moment] = process.argv.slice(2);
if (path === undefined) throw new Error('which database?');
const database = openDatabase(path);
const account = new AccountStore(database).create({ label: 'Office', family: 'platform' }, 1);
const store = new SqliteListStore(database, () => performance.now());
store.begin('list', 'clients.csv', 1);
const die = (): void => void process.kill(process.pid, 'SIGKILL');
let refs = 0;

for (let piece = 0; piece < 10; piece += 1) {
  store.add(
    'list',
    Array.from({ length: 100 }, (_, index) => {
      const row = piece * 100 + index;
      return [row + 1, `+2782${String(row).padStart(7, '0')}`] as const;
    }),
  );
  if (moment === 'reading' && piece === 6) die();
}
const text = { body: 'Hello', parts: 1, encoding: 'gsm-7', bestBefore: undefined } as const;
store.seal('list', account.id, text, { flagged: false, sharing: false }, 2);
if (moment === 'sealed') die();
for (let slice = 0; ; slice += 1) {
  const newRef = (): string => {
    refs += 1;
    return `K${String(refs).padStart(25, '0')}`;
  };
  if (store.makeSlice('list', 2, newRef, 3) === undefined) break;
  if (moment === 'making' && slice === 4) die();
}
