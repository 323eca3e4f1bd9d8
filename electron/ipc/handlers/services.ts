/** What handlers work with. The composition root fills it; tests hand in fakes. */

import type { MessageCount } from '../../../shared/domain/count-message.ts';
import type { GatewayErrorMeaning } from '../../../shared/domain/gateway-error.ts';
import type { PublicHolidays } from '../../../shared/domain/holidays.ts';
import type { MessageOptions } from '../../../shared/domain/message-options.ts';
import type { TemplateContent } from '../../../shared/domain/template-content.ts';
import type { Result } from '../../../shared/errors.ts';
import type { RecipientView, StatusView } from '../../../shared/ipc/contract.ts';
import type { Settings, SettingsPatch } from '../../../shared/settings.ts';
import type { Accounts } from '../../core/accounts.ts';
import type { ListImports } from '../../core/list-imports.ts';
import type { Outbox } from '../../core/outbox/outbox.ts';
import type { RecurringTexts } from '../../core/outbox/recurring-texts.ts';
import type {
  AccountFamily,
  Calendar,
  ContactStore,
  ControlStore,
  DataCareService,
  DraftStore,
  FoundPage,
  Log,
  MessageQuery,
  MessageReader,
  NumberStore,
  ReadList,
  RecurrenceStore,
  TemplateStore,
} from '../../core/ports.ts';
import type { Caller } from '../register.ts';

/** Everything that belongs to one database: practice and live each have their own. */
export interface OpenWorkspace {
  readonly mode: 'practice' | 'live';
  readonly outbox: Outbox;
  readonly messages: MessageReader;
  /** Off the main thread. @throws JobStopped when the signal says that nobody waits any more */
  search(query: MessageQuery, signal: AbortSignal): Promise<FoundPage>;
  readonly lists: ListImports;
  readonly drafts: DraftStore;
  readonly accounts: Accounts;
  readonly control: ControlStore;
  readonly numbers: NumberStore;
  /** Off the main thread. */
  readonly readList: ReadList;
  readonly recurring: RecurringTexts;
  readonly recurrences: RecurrenceStore;
  readonly templates: TemplateStore;
  readonly contacts: ContactStore;
}

/** Loaded on first use: the number rules are a hundred kilobytes that the tray does not need. */
export interface TextRules {
  understand(input: string, country: string | null): RecipientView;
  /** How numbers that begin like this begin in E.164. */
  beginning(typed: string, country: string | null): string;
  display(e164: string): string;
  countMessage(
    body: string,
    options: MessageOptions,
    family: 'platform' | 'central',
  ): MessageCount | undefined;
}

export interface Services {
  /** Undefined until a mode was chosen. */
  workspace(): OpenWorkspace | undefined;
  status(): Promise<StatusView>;
  setMode(mode: 'practice' | 'live'): Promise<void>;
  /** Live becomes the mode only if `use` succeeds; otherwise everything stays as it was. */
  withLive<T>(use: (live: OpenWorkspace) => Promise<Result<T>>): Promise<Result<T>>;
  settings(): Settings;
  changeSettings(patch: SettingsPatch): Promise<Settings>;
  readonly calendar: Calendar;
  /** IANA name. */
  timeZone(): string;
  readonly holidays: {
    /** Null: the table does not know the country. */
    find(place: { country: string; region: string | null }): Promise<PublicHolidays | null>;
    regions(
      country: string,
    ): Promise<{ known: boolean; regions: readonly { readonly code: string; readonly name: string }[] }>;
  };
  textRules(): Promise<TextRules>;
  /** Asks for a file with a dialog of the system; undefined when the person chose none. */
  chooseList(caller: Caller): Promise<{ readonly path: string; readonly name: string } | undefined>;
  /**
   * What an error number of a gateway, with its words, means in one of our sentences; null for numbers nobody has
   * described.
   */
  errorMeaning(family: AccountFamily, code: string | null, words: string | null): GatewayErrorMeaning | null;
  readonly care: DataCareService;
  /** Files of templates, chosen in dialogs of the system. */
  readonly templateFiles: {
    /** False: the person called it off. @throws the disk's error; what was there before is then there still */
    save(templates: readonly TemplateContent[]): Promise<boolean>;
    /** Undefined: the person called it off. */
    choose(): Promise<readonly TemplateContent[] | 'unreadable' | undefined>;
  };
  newRef(): string;
  newSubmissionId(): string;
  now(): number;
  windows: {
    describe(caller: Caller): {
      kind: 'main' | 'quick-send';
      section: 'history' | 'outbox' | 'settings' | 'welcome';
      platform: 'linux' | 'darwin' | 'win32';
    };
    mark(caller: Caller, name: 'first-paint' | 'interactive'): void;
    openMain(section: 'history' | 'outbox' | 'settings'): void;
    openQuickSend(): void;
    hide(caller: Caller): void;
    stretch(caller: Caller, by: number): void;
  };
  readonly log: Log;
}
